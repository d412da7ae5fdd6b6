package lab

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// parameters returns what a request names: the parameters of its query and, of
// one that is posted, those of its form, or the scalars on top of its JSON.
func parameters(r *http.Request) url.Values {
	all := r.URL.Query()
	if r.Method != http.MethodPost || r.Body == nil {
		return all
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	r.Body = io.NopCloser(bytes.NewReader(body)) // for whoever answers
	if err != nil {
		return all
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(body)) // of a bad one, what can be read
		for name, values := range form {
			all[name] = append(all[name], values...)
		}
		return all
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return all
	}
	for name, raw := range object {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			if text = string(bytes.TrimSpace(raw)); text[0] == '{' || text[0] == '[' {
				continue
			}
		}
		all.Add(name, text)
	}
	return all
}
