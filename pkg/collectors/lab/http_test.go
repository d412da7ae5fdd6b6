package lab

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

const web = small + `
-- http://www.acme.example/* --
redirect https://www.acme.example/
-- http://www.acme.example/shop/* --
redirect https://shop.acme.example/
-- http://www.acme.example/old --
redirect /new 308
-- https://www.acme.example/ --
# a comment
Content-Type: text/html; charset=utf-8
Set-Cookie: a=1
Set-Cookie: b=2
X-Since: {{date -2d 2006-01-02}}

<title>Acme</title>
-- https://www.acme.example/api --

without
-- https://www.acme.example/api?q=* --

by any query
-- https://www.acme.example/api?q=%25.acme.example&output=json --

by query
-- https://www.acme.example/api/* --

below
-- https://www.acme.example/api/exact --

exact
-- POST https://www.acme.example/post --
status 201

made
-- POST https://www.acme.example/post?host=a.example&exact=true --

of the host
-- https://www.acme.example/bomb --
gzip-bomb 5MiB
-- https://www.acme.example/cut --
cut 4

0123456789
-- https://www.acme.example/close --
close
-- https://www.acme.example/endless --
endless

again
-- https://*.wild.acme.example/ --

any host
-- dns://. --
*.wild.acme.example. A 192.0.2.7
moody.example. A 192.0.2.8
limited.example. A 192.0.2.9
lossy.example. A 192.0.2.10
-- https://moody.example/ --

fine
-- host://moody.example --
first 2 status 502
-- https://limited.example/ --

fine
-- host://limited.example --
limit 2 every 3600s {"code":"rate_limited"}
-- https://lossy.example/ --

fine
-- host://lossy.example --
loss 1/3
`

func TestAnswers(t *testing.T) {
	c := serve(t, web, Options{})
	for url, want := range map[string]string{
		"http://www.acme.example/":                                           "301 https://www.acme.example/ ",
		"http://www.acme.example/anything?x=y":                               "301 https://www.acme.example/ ",
		"http://www.acme.example/shop/a":                                     "301 https://shop.acme.example/ ",
		"http://www.acme.example/old":                                        "308 /new ",
		"https://www.acme.example/":                                          "200  <title>Acme</title>",
		"https://www.acme.example/api?q=%25.Acme.example&output=json":        "200  by query",
		"https://www.acme.example/api?x=1&output=json&q=%25.acme.example":    "200  by query",
		"https://www.acme.example/api?q=other&output=json":                   "200  by any query",
		"https://www.acme.example/api":                                       "200  without",
		"https://www.acme.example/api/deep/er":                               "200  below",
		"https://www.acme.example/api/exact":                                 "200  exact",
		"https://www.acme.example/nothing":                                   "404  not found",
		"https://www.acme.example/post":                                      "405  method not allowed",
		"https://x.wild.acme.example/":                                       "200  any host",
		"https://www.acme.example/%61pi":                                     "200  without",
		"https://www.acme.example/api?output=json&q=%25.acme.example&q=more": "200  by query",
	} {
		resp, body := c.get(url)
		if got := strings.TrimSpace(resp.Status[:3] + " " + resp.Header.Get("Location") + " " + strings.TrimSpace(body)); got != strings.TrimSpace(want) {
			t.Errorf("%s\n got %s\nwant %s", url, got, want)
		}
	}
	resp, _ := c.get("https://www.acme.example/")
	if got := resp.Header["Set-Cookie"]; len(got) != 2 {
		t.Errorf("cookies %q", got)
	}
	if got, want := resp.Header.Get("X-Since"), c.lab.day.AddDate(0, 0, -2).Format("2006-01-02"); got != want {
		t.Errorf("X-Since %s, want %s", got, want)
	}
	if resp, err := c.http().Post("https://www.acme.example/post", "text/plain", nil); err != nil || resp.StatusCode != 201 {
		t.Errorf("POST: %v, %v", resp, err)
	} else {
		resp.Body.Close()
	}
}

// What is posted is told apart by what it names, in a form or in JSON.
func TestPosted(t *testing.T) {
	c := serve(t, web, Options{})
	const form = "application/x-www-form-urlencoded"
	for _, x := range []struct{ kind, body, want string }{
		{form, "host=A.example&exact=true", "of the host"},
		{"application/json", `{"query":{"deep":1},"host":"a.example","exact":true}`, "of the host"},
		{form, "host=b.example&exact=true", "made"},
		{"application/json", `{"host":"a.example","exact":[true]}`, "made"},
		{"application/json", `{"host":`, "made"},
		{form, "%zz", "made"},
	} {
		resp, err := c.http().Post("https://www.acme.example/post", x.kind, strings.NewReader(x.body))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := strings.TrimSpace(string(body)); got != x.want {
			t.Errorf("%s: %q, want %q", x.body, got, x.want)
		}
	}
}

func TestFaults(t *testing.T) {
	c := serve(t, web, Options{})
	if _, body, err := c.try("https://www.acme.example/cut"); body != "0123" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %q, %v", body, err)
	}
	if _, _, err := c.try("https://www.acme.example/close"); !errors.Is(err, io.EOF) {
		t.Errorf("close: %v", err)
	}
	if _, body := c.get("https://www.acme.example/endless"); len(body) != 1<<20 || !strings.HasPrefix(body, "again\nagain\n") {
		t.Errorf("endless: %d bytes, %.20q", len(body), body)
	}
	if _, _, err := c.try("http://unknown.example/"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a host without a site: %v", err)
	}
	if _, _, err := c.try("https://unknown.example/"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a host without a site, TLS: %v", err)
	}
	var statuses []int
	for range 4 {
		resp, _ := c.get("https://moody.example/")
		statuses = append(statuses, resp.StatusCode)
	}
	if statuses[0] != 502 || statuses[1] != 502 || statuses[2] != 200 || statuses[3] != 200 {
		t.Errorf("first 2 status 502: %v", statuses)
	}
	var lost []bool
	for range 6 {
		_, _, err := c.try("https://lossy.example/")
		lost = append(lost, err != nil)
	}
	if lost != nil && (!lost[0] || lost[1] || lost[2] || !lost[3] || lost[4] || lost[5]) {
		t.Errorf("loss 1/3: %v", lost)
	}
}

func TestLimit(t *testing.T) {
	c := serve(t, web, Options{})
	for i := range 4 {
		resp, body := c.get("https://limited.example/")
		if i < 2 && resp.StatusCode != 200 {
			t.Errorf("request %d: %s", i, resp.Status)
		}
		if i >= 2 && (resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "3600" || body != "{\"code\":\"rate_limited\"}\n") {
			t.Errorf("request %d: %s, Retry-After %q, %q", i, resp.Status, resp.Header.Get("Retry-After"), body)
		}
	}
}

// The bomb is a valid gzip stream: size and sum are right at its end.
func TestBomb(t *testing.T) {
	c := serve(t, web, Options{})
	tr := c.http().Transport.(*http.Transport)
	tr.DisableCompression = true
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://www.acme.example/bomb", nil)
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	packed := &counting{r: resp.Body}
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, z)
	if err != nil || n != 5<<20 || packed.n > n/100 || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes from %d, %v", n, packed.n, err)
	}
}

type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
