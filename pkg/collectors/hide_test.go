package collectors

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// formsOf is how a text is written down in several formats.
func formsOf(s string) (forms []string) {
	quoted, _ := json.Marshal(s)
	inner := strings.Trim(string(quoted), `"`)
	return []string{s, inner, strings.ReplaceAll(inner, "/", `\/`), url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s),
		strings.ReplaceAll(s, "/", `\u002F`), strings.ReplaceAll(s, "+", "%2b"), base64.StdEncoding.EncodeToString([]byte(s))}
}

// A credential is taken out of a text in whatever form it stands there, and what is
// beside it is left.
func TestHide(t *testing.T) {
	for _, secret := range []string{"plainkey0123456789", "sk/ab+cd&e=f g", `quote"and\\back<slash>`, "schlüssel/ß~x", "k-1_2.3~4/5"} {
		for _, form := range formsOf(secret) {
			text := hide("before "+form+" after", []string{secret})
			if !strings.HasPrefix(text, "before (hidden)") || !strings.HasSuffix(text, " after") || len(text) > len("before (hidden)WXYZ after") {
				t.Errorf("%q as %q: %q", secret, form, text)
			}
		}
		for _, name := range []string{"", "a:", "ab:", "user:"} { // Basic
			coded := base64.StdEncoding.EncodeToString([]byte(name + secret))
			if text := hide(coded, []string{secret}); !strings.Contains(text, "(hidden)") || len(text) > 24 {
				t.Errorf("%q in %q: %q", secret, coded, text)
			}
		}
		for cut := leastHidden; cut < len(secret); cut++ {
			for _, whole := range []string{secret, formsOf(secret)[1], url.QueryEscape(secret)} {
				if cut > len(whole) || cut < 8 && whole[:4] != secret[:4] {
					continue
				}
				if text := hideEnd("before "+whole[:cut], secret); !strings.HasPrefix(text, "before (hidden)") || strings.Contains(text, secret[:4]) {
					t.Errorf("%q cut to %q: %q", secret, whole[:cut], text)
				}
			}
		}
	}
	for _, text := range []string{"nothing of it here", "plainkey", "abc"} {
		if got := hide(text, []string{"plainkey0123456789", "abc", ""}); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// What an answer repeats of the credentials of its request is kept nowhere, in
// whatever form, whichever of two it is, and though the answer is cut in its midst.
func TestAnswersThatRepeatCredentials(t *testing.T) {
	const id, key = "org/an+id&x", "sk/ab+cd&e"
	long := strings.Repeat("x", 90)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := r.Header.Get("X-Apikey")
		text, _ := json.Marshal(map[string]string{"a": first, "b": r.URL.Query().Get("org")})
		whole := string(text) + strings.ReplaceAll(string(text), "/", `\/`) + long + key
		w.Header().Set("X-Size", fmt.Sprint(len(whole)))
		fmt.Fprint(w, whole)
	}))
	defer s.Close()
	for _, first := range []string{key, "abc"} { // one that is too short to be hidden
		n := netTo(t, s.Listener.Addr().String(), func(o *Options) {
			o.Keys = func(_ context.Context, name string) ([]string, error) {
				return map[string][]string{"VENDOR_KEY": {first}, "VENDOR_ID": {id}}[name], nil
			}
		})
		most := int64(0)
		for range 2 {
			v, r := view(n, pipeline.Spec{Keys: []string{"VENDOR_KEY", "VENDOR_ID"}, Source: pipeline.Source{Base: "http://api.vendor.example"}})
			a, err := v.HTTP(t.Context(), Request{URL: "/", MaxBytes: most, Credential: Credential{Name: "VENDOR_KEY", Header: "X-Apikey"}, Also: Credential{Name: "VENDOR_ID", Parameter: "org"}})
			if err != nil || a.Truncated != (most > 0) {
				t.Fatal(err, len(a.Body))
			}
			fmt.Sscan(a.Header.Get("X-Size"), &most)
			most -= 4 // the next is cut
			seen := string(a.Body) + strings.Join(r.bodies, "")
			for _, bad := range []string{"an+id", `an\\u002b`, "org/", `org\/`, "sk/ab", `sk\/ab`} {
				if strings.Contains(seen, bad) && (first == key || bad[0] != 's') {
					t.Errorf("%s is kept: %s", bad, seen)
				}
			}
		}
	}
}
