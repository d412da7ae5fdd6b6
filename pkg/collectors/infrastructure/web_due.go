package infrastructure

import (
	"net/http"
	"strings"
)

// dueOf reports whether a protective header is due of an answer. Some protect
// nobody where there is no page: what programs read runs no scripts and is put
// into no frame.
func dueOf(name string, h http.Header) bool {
	switch name {
	case "content-security-policy", "x-frame-options", "referrer-policy":
		return isPage(h)
	}
	return true
}

// isPage reports whether a browser shows an answer as a page. Of one that does
// not say what it is a browser finds out for itself.
func isPage(h http.Header) bool {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "", "text/html", "application/xhtml+xml", "image/svg+xml":
		return true
	}
	return false
}
