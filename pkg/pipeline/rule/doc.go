// Package rule reads a sentence over facts: strict YAML with file and line,
// conditions compiled once.
//
// [Decode] turns one YAML document into a struct, or says everything that is
// wrong with it, each with its line and what to write instead. An [Expr] in
// such a struct is a condition in CEL; [Compile] checks its types and its
// cost when the file is loaded, so that a condition that can't be judged is a
// file that can't be loaded. A [Program] answers True, False or Unknown: what
// was not known is never taken for "no".
//
// Facts are flat: each is a CEL variable of its own, with a dotted name
// ("job.basis"). That is the fastest way into CEL, and a typo in a name fails
// when the file is loaded. What most conditions are made of is judged without
// CEL's machinery, and gives what CEL gives; a [Session] judges many of them
// over the same facts.
package rule
