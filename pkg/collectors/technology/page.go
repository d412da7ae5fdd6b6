package technology

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// A Page is an HTML page, read once.
type Page struct {
	Title   string   // on one line, at most 200 characters
	Icons   []string // the href of each link to an icon, as written
	Scripts []Script // loaded by URL, in their order
	Listing bool     // it is a list of a folder's files, made by the server

	pieces []piece
}

// A Script is one that a page loads by its URL.
type Script struct {
	Src       string // as written
	Integrity bool   // the page says which digest it must have
}

// piece is a text of the page and the place where it stands.
type piece struct {
	place place
	name  string // of a meta element
	text  string
}

// What is read of a page, whatever is sent.
const (
	maxTitle = 200     // characters
	maxAttrs = 100     // of one element
	maxTag   = 2 << 10 // bytes of an element's start
	maxLinks = 500     // icons, and scripts
)

// ReadPage reads a page. It never fails: what can't be understood is left
// out, as a browser would.
func ReadPage(body []byte) *Page {
	r := reader{page: &Page{}, z: html.NewTokenizer(bytes.NewReader(body))}
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			r.page.Listing = listing(r.page.Title)
			return r.page
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start()
		case html.TextToken:
			r.text()
		case html.CommentToken:
			r.add(inComment, "", string(r.z.Text()))
		case html.EndTagToken:
			r.end()
		}
	}
}

// listing reports whether a title is that of a folder's list, as Apache,
// nginx, lighttpd, Tomcat and Python's own server write it.
func listing(title string) bool {
	return strings.HasPrefix(title, "Index of /") || strings.HasPrefix(title, "Directory listing for /") || strings.HasPrefix(title, "Directory Listing For [/")
}

// reader is a page while it is read.
type reader struct {
	page   *Page
	z      *html.Tokenizer
	within string // the element whose text comes next: script or title
	title  string
}

func (r *reader) add(p place, name, text string) {
	if text != "" {
		r.page.pieces = append(r.page.pieces, piece{p, name, text})
	}
}

// start reads the start of an element.
func (r *reader) start() {
	name, more := r.z.TagName()
	tag := string(name)
	r.within = ""
	if tag == "script" || tag == "title" {
		r.within, r.title = tag, ""
	}
	attrs := map[string]string{}
	var whole strings.Builder
	whole.WriteString("<" + tag)
	for n := 0; more && n < maxAttrs; n++ {
		var key, val []byte
		key, val, more = r.z.TagAttr()
		k, v := string(key), string(val)
		attrs[k] = v
		if whole.Len()+len(k)+len(v) < maxTag {
			whole.WriteString(" " + k + `="` + strings.ReplaceAll(v, `"`, "&quot;") + `"`) // a value can't pass for an attribute
		}
	}
	whole.WriteByte('>')
	if len(attrs) > 0 || strings.Contains(tag, "-") {
		r.add(inTag, "", whole.String())
	}
	r.refer(tag, attrs)
}

// refer reads what an element refers to.
func (r *reader) refer(tag string, attrs map[string]string) {
	r.add(inAsset, "", attrs["src"])
	switch tag {
	case "script":
		if src := strings.TrimSpace(attrs["src"]); src != "" && len(r.page.Scripts) < maxLinks {
			r.page.Scripts = append(r.page.Scripts, Script{src, attrs["integrity"] != ""})
		}
	case "link":
		r.add(inAsset, "", attrs["href"])
		for rel := range strings.FieldsSeq(strings.ToLower(attrs["rel"])) {
			if rel == "icon" && attrs["href"] != "" && len(r.page.Icons) < maxLinks {
				r.page.Icons = append(r.page.Icons, strings.TrimSpace(attrs["href"]))
			}
		}
	case "meta":
		for _, key := range []string{"name", "property", "http-equiv"} {
			if attrs[key] != "" {
				r.add(inMeta, strings.ToLower(attrs[key]), attrs["content"])
			}
		}
	}
}

func (r *reader) text() {
	switch r.within {
	case "script":
		r.add(inScript, "", string(r.z.Raw()))
	case "title":
		r.title += string(r.z.Text())
	}
}

// end closes a title; the first is the page's.
func (r *reader) end() {
	if name, _ := r.z.TagName(); r.within == "title" && string(name) == "title" && r.page.Title == "" {
		r.page.Title = line(r.title)
	}
	r.within = ""
}

// line brings a text onto one line, of at most maxTitle characters.
func line(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "\uFFFD")
	if utf8.RuneCountInString(s) <= maxTitle {
		return s
	}
	return string([]rune(s)[:maxTitle]) + "…"
}
