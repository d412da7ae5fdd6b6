// Package technology names the products behind an answer of a web server.
//
// [ReadPage] reads HTML once; [Rules.Detect] holds what was read, and the
// header it came under, against rules of our own. A rule has signs: a literal
// in a place (a header, a cookie, the URL of a script …), and where the product
// tells its version, an expression for what follows the literal.
//
// # Speed
//
// One pass of one automaton finds every literal of all rules. An expression
// runs only behind its literal, on a few bytes, and is compiled when that
// first happens. Nothing is read or built before the first page.
//
// # Rules
//
// The rules lie in rules/*.yaml, by kind of product, and what each must find,
// and what must find nothing, in testdata/samples.txt. They are written
// from what products send; no other list was their source.
//
//	product: openresty              as the entity is called; lower case
//	category: web-server            one of [Categories]
//	implies: [nginx]                products it can not be without
//	signs: [{header: server, has: ^openresty, then: '(?:/([\d.]+))?'}]
//
// A sign names one place. Letters are of either case everywhere.
//
//	header: NAME       in the value of a header; without has, that it is sent
//	meta: NAME         in the content of a meta element
//	cookie: NAME       a cookie that is set; NAME* is all that begin so
//	title: TEXT        in the title
//	asset: TEXT        in a src, or the href of a link
//	tag: TEXT          in an element's start, written <name key="value">
//	script: TEXT       in a script of the page itself
//	comment: TEXT      in a comment
//	text: TEXT         in an answer that is no HTML
//	path: TEXT         in the path that the page lies at
//	robots: TEXT       in robots.txt
//	icon: NUMBER       the icon's hash, as [IconHash] makes it
//
// has is the text for header and meta. A text that begins with ^ must begin
// its place, one that ends in $ must end it. then must match right behind the
// text; its group, if it has one, is the version.
package technology
