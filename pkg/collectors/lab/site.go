package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// site is what one host answers over one scheme: the most exact answer first.
type site struct{ answers []*answer }

// answer is one answer over HTTP and the requests it is for.
type answer struct {
	method string
	path   string
	prefix bool       // of all paths that begin so
	query  url.Values // named parameters that must be equal, whatever others there are; "*" is any value
	status int
	header []field
	body   text
	manner manner
	speaks string // crl or ocsp: the lab's authority makes the body
}

type field struct {
	name  string
	value text
}

func (w *World) siteFile(f file, method, scheme, rest string) error {
	host, path, _ := strings.Cut(rest, "/")
	host = strings.ToLower(host)
	path, query, _ := strings.Cut("/"+path, "?")
	a := &answer{method: method, status: http.StatusOK, manner: plain}
	var err error
	if a.path, err = url.PathUnescape(path); err != nil {
		return err
	}
	if a.query, err = url.ParseQuery(query); err != nil {
		return err
	}
	a.path, a.prefix = strings.CutSuffix(a.path, "*")
	if err := a.parse(f.data); err != nil {
		return err
	}
	key := scheme + "://" + host
	if w.sites[key] == nil {
		w.sites[key] = &site{}
	}
	if err := w.sites[key].add(a); err != nil {
		return err
	}
	if !strings.HasPrefix(host, "*.") {
		w.placed[host] = f
	}
	return nil
}

// parse reads the head, up to the first empty line, and the body.
func (a *answer) parse(data string) error {
	head, body, _ := strings.Cut(data, "\n\n")
	if strings.HasPrefix(data, "\n") {
		head, body = "", data[1:]
	}
	n := 0
	for line := range strings.Lines(head) {
		n++
		if err := a.line(strings.TrimSpace(line)); err != nil {
			return &lineError{n, err.Error()}
		}
	}
	var err error
	if a.body, err = compile(body); err != nil {
		if e, ok := err.(*lineError); ok {
			e.line += strings.Count(data[:len(data)-len(body)], "\n")
		}
	}
	return err
}

// line reads one line of the head: a header if its first word ends in a
// colon, else a directive.
func (a *answer) line(line string) error {
	word, arg := directive(line)
	if word == "" {
		return nil
	}
	if name, ok := strings.CutSuffix(word, ":"); ok {
		value, err := compile(arg)
		if e, is := err.(*lineError); is {
			return fmt.Errorf("%s", e.text)
		}
		a.header = append(a.header, field{http.CanonicalHeaderKey(name), value})
		return nil
	}
	if known, err := a.manner.set(word, arg); known {
		return err
	}
	var err error
	switch word {
	case "status":
		a.status, err = status(arg)
	case "authority":
		a.speaks, err = authoritySpeaks(arg)
	case "redirect":
		target, code := directive(arg)
		a.status = http.StatusMovedPermanently
		if code != "" {
			a.status, err = status(code)
		}
		a.header = append(a.header, field{"Location", text{parts: []part{{literal: []byte(target)}}}})
	default:
		return fmt.Errorf("unknown directive %q: a head has headers (\"Name: value\") and status, redirect, authority, latency, drip, endless, gzip-bomb, cut, close, silent; an empty line ends it", word)
	}
	return err
}

// add puts an answer where it is found before those that are less exact.
func (s *site) add(a *answer) error {
	for _, b := range s.answers {
		if a.method == b.method && a.path == b.path && a.prefix == b.prefix && a.query.Encode() == b.query.Encode() {
			return fmt.Errorf("there is an answer to %s %s already", a.method, a.path)
		}
	}
	s.answers = append(s.answers, a)
	slices.SortStableFunc(s.answers, func(a, b *answer) int {
		if a.prefix != b.prefix {
			if b.prefix {
				return -1
			}
			return 1
		}
		if n := len(b.path) - len(a.path); n != 0 {
			return n
		}
		return b.exact() - a.exact()
	})
	return nil
}

// exact counts the parameters that are asked for by value, twice, and the others.
func (a *answer) exact() int {
	n := 0
	for _, vs := range a.query {
		n += 2
		if slices.Contains(vs, "*") {
			n--
		}
	}
	return n
}

// find returns the answer to a request; nil if there is none. other tells
// that there would be one to another method.
func (s *site) find(r *http.Request) (found *answer, other bool) {
	if s == nil {
		return nil, false
	}
	query := parameters(r)
	for _, a := range s.answers {
		if !a.wants(r.URL.Path, query) {
			continue
		}
		if a.method == r.Method || a.method == "GET" && r.Method == "HEAD" {
			return a, false
		}
		other = true
	}
	return nil, other
}

func (a *answer) wants(path string, query url.Values) bool {
	if path == "" {
		path = "/"
	}
	if a.path != path && !(a.prefix && strings.HasPrefix(path, a.path)) {
		return false
	}
	for name, values := range a.query {
		for _, v := range values {
			got, has := query[name]
			if !has || v != "*" && !slices.ContainsFunc(got, func(g string) bool { return strings.EqualFold(g, v) }) {
				return false
			}
		}
	}
	return true
}
