package collectors

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// secretHeaders are the request headers whose values are credentials. They go
// to no host but the one they are meant for, and stand in no record.
var secretHeaders = map[string]bool{
	"Authorization": true, "Proxy-Authorization": true, "Cookie": true, "Api-Key": true, "Apikey": true, "Api-Token": true,
	"Auth-Key": true, "Key": true, "X-Api-Key": true, "X-Apikey": true, "X-Auth-Key": true, "X-Auth-Token": true,
	"X-Key": true, "Hibp-Api-Key": true, "X-Otx-Api-Key": true,
}

// secretParameters are the query parameters whose values are credentials.
var secretParameters = map[string]bool{
	"key": true, "apikey": true, "api_key": true, "api-key": true, "token": true, "access_token": true, "secret": true, "password": true,
}

// secrets returns the credentials in a request.
func secrets(h http.Header, u *url.URL) (values []string) {
	add := func(v string) {
		if len(v) > 3 {
			values = append(values, v)
		}
	}
	for name, vs := range h {
		if !secretHeaders[http.CanonicalHeaderKey(name)] {
			continue
		}
		for _, v := range vs {
			add(v)
			if _, bare, ok := strings.Cut(v, " "); ok { // "Bearer …"
				add(bare)
			}
		}
	}
	for name, vs := range u.Query() {
		if secretParameters[strings.ToLower(name)] {
			for _, v := range vs {
				add(v)
			}
		}
	}
	return values
}

// credential names the header or parameter in which a request carries a
// credential, "" if in none. The first by name, if in several.
func credential(h http.Header, u *url.URL) string {
	var names []string
	for name := range h {
		if secretHeaders[http.CanonicalHeaderKey(name)] {
			names = append(names, http.CanonicalHeaderKey(name))
		}
	}
	for name := range u.Query() {
		if secretParameters[strings.ToLower(name)] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names[:min(1, len(names))], "")
}

// withoutSecrets returns the headers that may go to another host.
func withoutSecrets(h http.Header) http.Header {
	out := http.Header{}
	for name, vs := range h {
		if !secretHeaders[http.CanonicalHeaderKey(name)] {
			out[name] = vs
		}
	}
	return out
}

// headerLines returns headers as sorted lines.
func headerLines(h http.Header) (lines []string) {
	for name, vs := range h {
		lines = append(lines, http.CanonicalHeaderKey(name)+": "+strings.Join(vs, ", "))
	}
	slices.Sort(lines)
	return lines
}
