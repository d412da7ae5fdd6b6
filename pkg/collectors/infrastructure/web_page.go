package infrastructure

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// header is a header that was sent, or is missed.
type header struct {
	name, value string
	lacks       bool
}

// wanted are the headers that protect a page's visitors; the first protects
// those of the whole host.
var wanted = []string{"strict-transport-security", "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"}

// judgeHeaders returns the protective headers of an answer, sent or lacking, in
// the order of wanted. A policy with frame-ancestors does what x-frame-options
// does.
func judgeHeaders(h http.Header) []header {
	var out []header
	for _, name := range wanted {
		value := strings.Join(h.Values(name), ", ")
		framed := name == "x-frame-options" && strings.Contains(strings.ToLower(h.Get("content-security-policy")), "frame-ancestors")
		if value != "" || !framed && dueOf(name, h) {
			out = append(out, header{name, cut(value, 1000), value == ""})
		}
	}
	return out
}

// cookies returns what an answer sets: names and flags, never values.
func cookies(h http.Header) []map[string]any {
	var out []map[string]any
	for _, c := range (&http.Response{Header: h}).Cookies() {
		out = append(out, map[string]any{"name": cut(c.Name, 100), "secure": c.Secure, "httponly": c.HttpOnly, "samesite": sameSite(c.SameSite)})
	}
	return out
}

func sameSite(s http.SameSite) string {
	switch s {
	case http.SameSiteLaxMode:
		return "lax"
	case http.SameSiteStrictMode:
		return "strict"
	case http.SameSiteNoneMode:
		return "none"
	}
	return ""
}

// cut bounds a text to n characters, and makes it UTF-8.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}
