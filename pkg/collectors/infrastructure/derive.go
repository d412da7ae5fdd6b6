package infrastructure

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

// A sheet is the derivative of an answer: what is kept in its place where its
// bytes may not be. It is written anew, a fact a line, in our words and in
// forms that no person's data has: names of DNS, times, numbers, codes, words
// of a closed list, and organisations. Of people it says how many there were.
// Every method leaves out what has not its form.
type sheet struct{ bytes.Buffer }

// errUnread says that an answer has no derivative: nothing is kept of it.
var errUnread = errors.New("derive: the answer is in no form that is read")

// derived makes of a reader of answers what a Spec derives by. A sheet on which
// nothing stands is none.
func derived(read func(s *sheet, answer []byte) error) func([]byte) ([]byte, error) {
	return func(answer []byte) ([]byte, error) {
		s := new(sheet)
		if err := read(s, answer); err != nil {
			return nil, err
		}
		if s.Len() == 0 {
			return nil, errUnread
		}
		return s.Bytes(), nil
	}
}

func (s *sheet) line(key, value string) {
	if value != "" {
		fmt.Fprintf(s, "%s: %s\n", key, value)
	}
}

func (s *sheet) at(key string, t time.Time) { s.line(key, moment(t)) }

func (s *sheet) count(key string, n int) {
	if n > 0 {
		s.line(key, strconv.Itoa(n))
	}
}

// word tells one of a few words; of any other that there was one.
func (s *sheet) word(key, word string, known []string) {
	if word != "" && !slices.Contains(known, word) {
		word = "other"
	}
	s.line(key, word)
}

var dnsForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+$`)
})

// name tells a name of DNS that has a dot in it.
func (s *sheet) name(key, name string) {
	if name = bare(strings.TrimSpace(name)); len(name) < 254 && dnsForm().MatchString(name) {
		s.line(key, name)
	}
}

// organization tells whom a record calls an organisation, unless that is one of
// the people in it, or there is a person's address in the name.
func (s *sheet) organization(key, name string, people []string) {
	e, err := pipeline.NewEntity(pipeline.KindOrganization, name)
	if err != nil || withheld(name) || strings.ContainsAny(e.Value, "@%:") {
		return
	}
	low := strings.ToLower(e.Value)
	for _, p := range people {
		if strings.Contains(low, strings.ToLower(strings.Join(strings.Fields(p), " "))) {
			return
		}
	}
	s.line(key, e.Value)
}

// web reads an answer of a web server, in the form in which it is recorded, and
// tells its status.
func (s *sheet) web(answer []byte) (http.Header, []byte, error) {
	in := bufio.NewReader(bytes.NewReader(answer))
	r := textproto.NewReader(in)
	line, err := r.ReadLine()
	if err != nil {
		return nil, nil, errUnread
	}
	head, err := r.ReadMIMEHeader()
	words := strings.Fields(line)
	if err != nil || len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/") {
		return nil, nil, errUnread
	}
	status, err := strconv.Atoi(words[1])
	if err != nil || status < 100 || status > 999 {
		return nil, nil, errUnread
	}
	s.count("status", status)
	_, body, _ := bytes.Cut(answer, []byte("\r\n\r\n"))
	return http.Header(head), body, nil
}
