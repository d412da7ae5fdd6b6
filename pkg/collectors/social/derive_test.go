package social

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/lab"
)

// answerOf puts a body into the form that answers are kept in.
func answerOf(status int, head, body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %d Whatever\r\n%s\r\n\r\n%s", status, head, body)
}

// A derivative tells what was there: which fields, which services, which
// states.
func TestDerivativeIsOfUse(t *testing.T) {
	for _, c := range []struct {
		shape shape
		body  string
		want  string
	}{
		{gravatarShape, `{"display_name":"Ann","location":"","verified_accounts":[{"service_type":"twitter","url":"https://x.com/ann","is_hidden":true}],"gender":"f"}`,
			`{"display_name":"…","location":"","verified_accounts":[{"is_hidden":true,"service_type":"x","url":"…"}]}`},
		{keybaseShape, `{"status":{"code":0},"them":[{"basics":{"username":"ann"},"proofs_summary":{"all":[{"proof_type":"dns","nametag":"a.example","state":1}]}},null]}`,
			`{"status":{"code":0},"them":[{"basics":{"username":"…"},"proofs_summary":{"all":[{"nametag":"…","proof_type":"dns","state":1}]}},null]}`},
		{fingerShape, `{"subject":"acct:ann@a.example","aliases":["x","y"],"links":[{"rel":"self","type":"application/activity+json","href":"https://a.example/users/ann"}]}`,
			`{"aliases":2,"links":[{"href":"…","rel":"self","type":"application/activity+json"}],"subject":"…"}`},
		{fingerShape, `{"type":"Person","summary":"<p>x</p>","attachment":[{"type":"PropertyValue","name":"Tel","value":"1"}]}`,
			`{"attachment":[{"name":"…","type":"PropertyValue","value":"…"}],"summary":"…","type":"Person"}`},
	} {
		got, err := derive.JSON(c.shape)(answerOf(200, "X-Osint-Url: https://secret.example/", c.body))
		if err != nil || string(got) != "HTTP/1.1 200\r\n\r\n"+c.want {
			t.Errorf("%s became\n%s, %v, want\n%s", c.body, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "[]", "null", `"Ann"`, "<html>Ann</html>", `{"display_name":"Ann`} {
		if got, err := derive.JSON(gravatarShape)(answerOf(200, "A: b", bad)); err == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

// No value that a world plants stands in a derivative of any of its answers,
// whichever collector it is taken for.
func TestDerivativesHoldNothingPlanted(t *testing.T) {
	world, err := lab.Open("quellenau")
	if err != nil {
		t.Fatal(err)
	}
	source, err := lab.Source("quellenau")
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, f := range txtar.Parse(source).Files {
		head, body, _ := strings.Cut(string(f.Data), "\n\n")
		for _, e := range All() {
			got, err := e.Spec.Derive(answerOf(200, "X-Osint-Url: "+f.Name+"\r\nX-Head: "+strings.ReplaceAll(head, "\n", " "), body))
			if err != nil {
				continue
			}
			made++
			for _, p := range world.Personal() {
				if strings.Contains(strings.ToLower(string(got)), strings.ToLower(p)) {
					t.Errorf("%s, for %s: %q stands in %s", f.Name, e.Spec.Name, p, got)
				}
			}
		}
	}
	if made < 30 {
		t.Errorf("only %d derivatives were looked at", made)
	}
}

// vocabulary is all that a derivative may be made of.
var vocabulary = func() map[string]bool {
	m := map[string]bool{"…": true, "": true, "other": true, "dns": true, "generic_web_site": true}
	for _, s := range sites {
		m[s.word()] = true
	}
	for _, s := range append([]string{relSelf, relPage, relFeed, typeActor, typeHTML, typeField}, actorTypes...) {
		m[s] = true
	}
	var names func(s shape)
	names = func(s shape) {
		for k := range s {
			m[k] = true
		}
	}
	for _, s := range []shape{gravatarShape, fingerShape, keybaseShape} {
		names(s)
	}
	for _, k := range []string{"service_type", "service_label", "url", "is_hidden", "code", "basics", "username", "profile", "full_name", "location", "bio",
		"proofs_summary", "all", "proof_type", "nametag", "state", "service_url", "rel", "type", "href", "name", "value"} {
		m[k] = true
	}
	return m
}()

// Whatever an answer says and however it is built, a derivative is made of our
// own words alone, and is its own derivative.
func FuzzDerive(f *testing.F) {
	for _, body := range []string{`{"display_name":"Ann","verified_accounts":[{"service_type":"Ann is ill","Ann":"Ann"}]}`,
		`{"them":[{"proofs_summary":{"all":[{"proof_type":"Ann","state":1.5}]},"Ann":1}],"status":{"code":"Ann"}}`,
		`{"links":[{"rel":"Ann","type":["Ann"]}],"type":{"Ann":"Ann"},"attachment":{"Ann":[]}}`, `{"display_name":"a","display_name":"b"}`, `{"status":{"code":1e9}}`} {
		f.Add("X-Osint-Url: https://ann.example/", body)
	}
	f.Fuzz(func(t *testing.T, head, body string) {
		for _, e := range All() {
			got, err := e.Spec.Derive(answerOf(200, head, body))
			if err != nil {
				continue
			}
			_, text, ok := bytes.Cut(got, []byte("\r\n\r\n"))
			var v any
			if !ok || json.Unmarshal(text, &v) != nil {
				t.Fatalf("%q is no answer", got)
			}
			ours(t, v)
			again, err := e.Spec.Derive(got)
			if err != nil || len(again) > len(got)+16 {
				t.Errorf("%q became %q, %v", got, again, err)
			}
		}
	})
}

// ours fails at a text that is none of ours.
func ours(t *testing.T, v any) {
	switch v := v.(type) {
	case string:
		if !vocabulary[v] {
			t.Errorf("%q is not a word of ours", v)
		}
	case []any:
		for _, x := range v {
			ours(t, x)
		}
	case map[string]any:
		for k, x := range v {
			ours(t, k)
			ours(t, x)
		}
	}
}
