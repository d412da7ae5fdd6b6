package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// gitHubCode finds code of others in which a domain is named, and secrets that
// stand beside it. With the operator's own key the search has private code too,
// which no stranger sees: it is not told. Code of an organisation is told by where it lies; of a
// person's only that it is there, for its address is that person's name.
func gitHubCode() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "github-code", Title: "Public code that names a domain, and secrets beside it (GitHub)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"mentioned-on", "exposed-secret"},
			Emits: []pipeline.Category{pipeline.Technical, pipeline.Credential, pipeline.Contact, pipeline.Identity, pipeline.OnlineID,
				pipeline.Content},
			Mode: pipeline.Passive, Origin: "github", Grade: "C3",
			Source:  gitHub,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 6, Bytes: 16 << 20},
			Timeout: time.Minute,
			Keys:    []string{gitHubToken},
			Derive:  derivative(derive.Shape{"total_count": derive.Quantity, "incomplete_results": derive.Flag, "items": derive.Count}),
		},
		Collect: readGitHubCode,
	}
}

// mostCodePages bounds the pages of a hundred files: the search may be asked ten
// times a minute, by all.
const mostCodePages = 2

// A codeHit is a file in which the domain stands.
type codeHit struct {
	Path       loose.Text
	Repository loose.Object[struct {
		Name    loose.Text `json:"full_name"`
		Owner   loose.Object[struct{ Login, Type loose.Text }]
		Private loose.YesNo
	}]
	Matches loose.List[struct{ Fragment loose.Text }] `json:"text_matches"`
}

func readGitHubCode(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	t := &teller{emit: emit}
	told, first, unsaid := map[string]bool{}, "", false
	for page := 1; page <= mostCodePages; page++ {
		a, err := askGitHub(ctx, net, "code", "/search/code?per_page=100&page="+[]string{"1", "2"}[page-1]+"&q="+url.QueryEscape(`"`+subject.Value+`"`), "application/vnd.github.text-match+json")
		if err != nil {
			return t.end(err)
		}
		var s struct {
			Total      loose.Number `json:"total_count"`
			Incomplete loose.Truth  `json:"incomplete_results"`
			Items      *loose.List[codeHit]
		}
		if a.Status != http.StatusOK || a.Truncated || json.Unmarshal(a.Body, &s) != nil || s.Items == nil || !s.Total.Is {
			return t.end(malformed("github", a, "list of files"))
		}
		for i, hit := range *s.Items {
			where := hit.Repository.Of.Name.String() + ":" + hit.Path.String()
			if i == 0 && where == first {
				return t.end(pipeline.Fail(pipeline.Partial, "github repeats a page of files"))
			} else if i == 0 {
				first = where
			}
			hit.tell(net, a, subject, told, t)
			unsaid = unsaid || hit.Repository.Has && !hit.Repository.Of.Private.Is
		}
		switch {
		case bool(s.Incomplete):
			return t.end(pipeline.Fail(pipeline.Partial, "github gave up before it had looked everywhere"))
		case page > 1 && len(*s.Items) == 0:
			return t.end(pipeline.Fail(pipeline.Partial, "a page of files that should be there is empty"))
		case s.Total.Int() <= page*100 && unsaid:
			return t.end(pipeline.Fail(pipeline.Partial, "github does not say of each file whether strangers see it"))
		case s.Total.Int() <= page*100:
			return nil
		}
	}
	return t.end(pipeline.Fail(pipeline.Partial, "more files than are read"))
}

// tell tells of one file that is said to be public: where its repository is, each once, and of what in the
// lines around the domain looks like a secret.
func (h codeHit) tell(net *collectors.View, a *collectors.Answer, subject pipeline.Entity, told map[string]bool, t *teller) {
	repo := h.Repository.Of
	if !repo.Private.No() {
		return
	}
	place, path := "https://github.com", word(h.Path.String())
	if owner, name, ok := strings.Cut(repo.Name.String(), "/"); ok && repo.Owner.Of.Type == "Organization" && isLogin(owner) {
		place += at(owner, name)
		path = word(repo.Name.String() + ":" + path)
	}
	near := false // the index takes the dot for a blank: look ourselves
	for _, m := range h.Matches {
		text := string(m.Fragment)
		if !namesDomain(text, subject.Value) {
			continue
		}
		near = true
		for _, l := range scan(text, net.Mark) {
			l.line = 0 // of the fragment, not of the file
			if key := strings.Join([]string{repo.Name.String(), h.Path.String(), l.rule, l.fingerprint}, "\x00"); !told[key] {
				told[key] = true
				t.say(a, pipeline.Observation{Predicate: "exposed-secret", Value: l.value(path)})
			}
		}
	}
	page, err := pipeline.NewEntity(pipeline.KindURL, place)
	if err != nil || !near || told[page.Value] {
		return
	}
	told[page.Value] = true
	t.say(a, pipeline.Observation{Predicate: "mentioned-on", Object: &page, Value: map[string]any{"by": "github", "kind": "code"}})
}

// namesDomain reports whether a domain or a name below it stands in a text, and
// not as a part of another.
func namesDomain(text, domain string) bool {
	text = strings.ToLower(text)
	for {
		i := strings.Index(text, domain)
		if i < 0 {
			return false
		}
		before, after := text[:i], text[i+len(domain):]
		text = after
		if (before == "" || !inName(before[len(before)-1]) || strings.HasSuffix(before, ".")) &&
			(after == "" || !inName(after[0]) && (after[0] != '.' || len(after) == 1 || !inName(after[1]))) {
			return true
		}
	}
}

func inName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= 0x80
}
