package all

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// A malice is a way of answering otherwise than one should. turn makes it of
// the head and the body of an honest answer.
type malice struct {
	name string
	lies bool // the answer has its form, and what it says is absurd
	turn func(head, body string) (string, string)
}

var malices = []malice{
	{"endless", false, directive("endless")},
	{"silent", false, directive("silent")},
	{"hung up", false, directive("close")},
	{"a gzip bomb", false, directive("gzip-bomb 1GiB")},
	{"out of order", false, directive("status 503")},
	{"no such key", false, directive("status 401")},
	{"unpaid", false, directive("status 402")},
	{"forbidden", false, directive("status 403")},
	{"too fast", false, directive("status 429")},
	{"too fast for an hour", false, directive("status 429\nRetry-After: 3600")},
	{"in circles", false, directive("redirect /again")},
	{"inward", false, directive("redirect http://169.254.169.254/latest/")},
	{"cut in the middle", false, func(head, body string) (string, string) { return head + fmt.Sprintf("cut %d\n", len(body)/2), body }},
	{"HTML", false, func(head, _ string) (string, string) {
		return "Content-Type: text/html\n", "<html><head><title>Checking your browser</title></head></html>"
	}},
	{"nothing", false, func(head, _ string) (string, string) { return head, "" }},
	{"deep", false, func(head, _ string) (string, string) { return head, "{{repeat 200000 [}}" }},
	{"bytes", false, func(head, _ string) (string, string) { return head, "{{hex 00 ff fe 1b 5b 32 4a c3 28}}" }},
	{"wrong types", true, reshaped(otherType)},
	{"numbers as text", true, reshaped(textOfNumber)},
	{"without half its keys", true, thinned},
	{"absurd texts", true, reshaped(absurdText)},
}

// TestEveryAnswerCanTurnBad turns what the sources of the lively worlds answer
// into each malice, and holds every collector that asks them to its promises:
// it ends within its bounds, says nothing of what it was not told, and takes
// no broken answer for an empty one. Bootstraps and the rest turn apart, for
// one hides the other; and so do the sources that are asked about people.
func TestEveryAnswerCanTurnBad(t *testing.T) {
	organisation := entities(t, "brindleford.example", "www.brindleford.example", "192.0.2.10", "AS64500")
	people := entities(t, "friederike.moosbrugger@quellenau.example", "account:funken.example/friedemoos", "account:keybase.io/dquinta")
	for _, m := range malices {
		for _, part := range []struct {
			name, world string
			subjects    []pipeline.Entity
			turns       func(host string) bool
		}{
			{"bootstrap", "brindleford", organisation, func(host string) bool { return strings.HasPrefix(host, "data.iana.org") }},
			{"others", "brindleford", organisation, func(host string) bool { return !strings.HasPrefix(host, "data.iana.org") }},
			{"abused", "ravensworth", abused(t), func(host string) bool { return !strings.HasPrefix(host, "data.iana.org") }},
			{"people", "quellenau", people, func(string) bool { return true }},
		} {
			t.Run(m.name+" "+part.name, func(t *testing.T) {
				t.Parallel()
				source, err := lab.Source(part.world)
				if err != nil {
					t.Fatal(err)
				}
				text, turned := m.world(source, part.turns)
				w, err := lab.Parse("malice.txtar", text)
				if err != nil {
					t.Fatal(err)
				}
				trials := tryEach(serve(t, w, 0), part.subjects, 800*time.Millisecond)
				for _, r := range trials {
					r.check(t)
					if !m.lies && r.own(turned) && (r.outcome() == pipeline.OK || r.outcome() == pipeline.Empty) {
						t.Errorf("%s takes %q for an answer: %s", r, m.name, r.outcome())
					}
				}
				t.Log(outcomes(trials))
			})
		}
	}
}

// abused are the entities that the sources of the world ravensworth know; of each
// kind one, unless time is no matter.
func abused(t *testing.T) []pipeline.Entity {
	w, err := lab.Open("ravensworth")
	if err != nil {
		t.Fatal(err)
	}
	all := entities(t, append(w.Asks(), "ravensworth.example", "track.ravensworth.example", "198.51.100.66", "AS64510", "198.51.100.0/24")...)
	slices.SortFunc(all, func(a, b pipeline.Entity) int { return strings.Compare(a.String(), b.String()) })
	all = slices.Compact(all)
	if os.Getenv("OSINT_LONG") != "" {
		return all
	}
	of := map[pipeline.Kind]int{}
	return slices.DeleteFunc(all, func(e pipeline.Entity) bool { of[e.Kind]++; return of[e.Kind] > 1 })
}

// own reports whether a trial put all its questions to a source of its own, and
// all of them to hosts that turned.
func (r *trial) own(turned map[string]bool) bool {
	if f := r.spec.Source.Family; f == "target" || f == "dns" {
		return false
	}
	for _, k := range r.kept {
		_, rest, _ := strings.Cut(k.Locator, "://")
		host, _, _ := strings.Cut(rest, "/")
		if !turned[host] || k.Status == 404 || k.Status == 204 { // what was not there did not turn
			return false
		}
	}
	return len(r.kept) > 0
}

// world returns the text of a world whose web answers have turned where which
// says so, and the hosts that have.
func (m malice) world(source []byte, which func(host string) bool) ([]byte, map[string]bool) {
	a, turned := txtar.Parse(source), map[string]bool{}
	for i := range a.Files {
		f := &a.Files[i]
		scheme, rest, _ := strings.Cut(f.Name, "://")
		host, _, _ := strings.Cut(rest, "/")
		if !strings.Contains(scheme, "http") || !which(host) {
			continue
		}
		head, body, ok := strings.Cut(string(f.Data), "\n\n")
		if strings.HasPrefix(string(f.Data), "\n") {
			head, body, ok = "", string(f.Data[1:]), true
		}
		if !ok || strings.Contains("\n"+head, "\nredirect ") || strings.Contains("\n"+head, "\nstatus ") {
			continue
		}
		head, body = m.turn(head+"\n", body)
		f.Data = []byte(strings.TrimLeft(head, "\n") + "\n" + body)
		turned[host] = true
	}
	return txtar.Format(a), turned
}

// directive adds a line to the head.
func directive(line string) func(head, body string) (string, string) {
	return func(head, body string) (string, string) { return head + line + "\n", body }
}

// reshaped puts another value in the place of each one of a JSON answer.
func reshaped(other func(v any, n int) any) func(head, body string) (string, string) {
	return func(head, body string) (string, string) {
		var v any
		if json.Unmarshal([]byte(body), &v) != nil {
			return head, body
		}
		n := 0
		text, err := json.Marshal(walk(v, func(v any) any { n++; return other(v, n) }))
		if err != nil {
			return head, body
		}
		return head, string(text)
	}
}

func walk(v any, leaf func(any) any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = walk(x, leaf)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = walk(x, leaf)
		}
		return v
	}
	return leaf(v)
}

func otherType(v any, n int) any {
	return []any{nil, true, -1e300, []any{}, map[string]any{"": nil}, "\x00"}[n%6]
}

// absurd are texts that somebody may obey: a terminal, a browser, a table, a
// reader of names.
var absurd = []string{
	"\x1b]0;owned\x07\x1b[2J", "\u202egnp.exe\u202c", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "<script>alert(1)</script>", "a\u200bb\ufeff",
	strings.Repeat("long.", 600), strings.Repeat("x", 300) + ".brindleford.example", "*.*.brindleford.example", "..", "127.0.0.1", "xn--\u00e9.brindleford.example",
	"brindleford.example.evil.example", " brindleford.example\nwww.brindleford.example\t", "9999999999999999999999", "31-Feb-2999", "mailto:", "\u0000", "ⓑⓡⓘⓝⓓⓛⓔⓕⓞⓡⓓ。example",
}

// textOfNumber writes a number as a text, as some sources do.
func textOfNumber(v any, _ int) any {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return v
}

// thinned leaves out every other key of a JSON answer, and adds one.
func thinned(head, body string) (string, string) {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return head, body
	}
	text, err := json.Marshal(thin(v, 0))
	if err != nil {
		return head, body
	}
	return head, string(text)
}

func thin(v any, depth int) any {
	switch v := v.(type) {
	case map[string]any:
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if v[k] = thin(v[k], depth+1); (i+depth)%2 == 1 {
				delete(v, k)
			}
		}
		v["added_this_morning"] = map[string]any{"x": []any{1.0, nil}}
		return v
	case []any:
		for i, x := range v {
			v[i] = thin(x, depth+1)
		}
		return v
	}
	return v
}

func absurdText(v any, n int) any {
	if _, ok := v.(string); ok && n%3 != 0 {
		return absurd[n%len(absurd)]
	}
	return v
}

func entities(t testing.TB, texts ...string) (es []pipeline.Entity) {
	t.Helper()
	for _, s := range texts {
		e, err := pipeline.ParseEntity(s)
		if err != nil {
			t.Fatal(err)
		}
		es = append(es, e)
	}
	return es
}
