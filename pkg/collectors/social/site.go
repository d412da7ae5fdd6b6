package social

import (
	"net/url"
	"strings"

	"osint/pkg/pipeline"
)

// A site says which account lies behind a URL of a service that many use, and
// what the sources call that service.
type site struct {
	name  string   // the site of an account there
	hosts []string // beside it
	path  string   // of a profile: "*" stands for the account's name
	query string   // the parameter that holds it instead
	words []string // what Gravatar and Keybase call the service, beside the site's name without its suffix
	mute  bool     // it answers no WebFinger for its accounts
}

var sites = []site{
	{name: "github.com", path: "/*", mute: true},
	{name: "gitlab.com", path: "/*", mute: true},
	{name: "codeberg.org", path: "/*"},
	{name: "x.com", hosts: []string{"twitter.com", "mobile.twitter.com"}, path: "/*", words: []string{"twitter"}, mute: true},
	{name: "instagram.com", path: "/*", mute: true},
	{name: "facebook.com", hosts: []string{"m.facebook.com"}, path: "/*", mute: true},
	{name: "linkedin.com", path: "/in/*", mute: true},
	{name: "reddit.com", hosts: []string{"old.reddit.com"}, path: "/user/*", mute: true},
	{name: "news.ycombinator.com", path: "/user", query: "id", words: []string{"hackernews"}, mute: true},
	{name: "youtube.com", path: "/@*", mute: true},
	{name: "tiktok.com", path: "/@*", mute: true},
	{name: "t.me", path: "/*", words: []string{"telegram"}, mute: true},
	{name: "bsky.app", path: "/profile/*", words: []string{"bluesky"}, mute: true},
	{name: "keybase.io", path: "/*", words: []string{"keybase"}, mute: true},
	{name: "gravatar.com", hosts: []string{"en.gravatar.com"}, path: "/*", mute: true},
	{name: "mastodon.social", path: "/@*", words: []string{"mastodon"}},
}

// word is what a source may call a site, lower case.
func (s *site) word() string {
	w, _, _ := strings.Cut(s.name, ".")
	return w
}

// siteAt returns the site of a host, nil if it is none that is known.
func siteAt(host string) *site {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	for i := range sites {
		if s := &sites[i]; s.name == host || has(s.hosts, host) {
			return s
		}
	}
	return nil
}

// accountAt returns the account whose profile a URL shows. On hosts that are
// not known only the forms count that the fediverse gives a profile: /@name and
// /users/name.
func accountAt(address string) (pipeline.Entity, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Port() != "" || u.User != nil {
		return pipeline.Entity{}, false
	}
	host, path := strings.ToLower(u.Hostname()), strings.TrimSuffix(u.Path, "/")
	if s := siteAt(host); s != nil {
		name, ok := strings.CutPrefix(path, strings.TrimSuffix(s.path, "*"))
		if s.query != "" {
			name, ok = u.Query().Get(s.query), path == s.path
		}
		if ok || s.mute {
			return account(s.name, name, ok)
		}
	}
	for _, form := range []string{"/@", "/users/"} {
		if name, ok := strings.CutPrefix(path, form); ok && u.RawQuery == "" {
			return account(host, name, true)
		}
	}
	return pipeline.Entity{}, false
}

// account returns site/name, if it is one.
func account(host, name string, ok bool) (pipeline.Entity, bool) {
	name = strings.TrimPrefix(name, "@")
	if !ok || name == "" || strings.ContainsAny(name, "/@?#%") {
		return pipeline.Entity{}, false
	}
	if n, err := pipeline.NewName(host); err != nil || n.Value != host {
		return pipeline.Entity{}, false
	}
	e, err := pipeline.NewEntity(pipeline.KindAccount, host+"/"+name)
	return e, err == nil
}

// service returns the word for a service that a source named, "other" if it is
// none that is known, so that nothing but a closed set of words remains.
func service(word string) string {
	word = strings.ToLower(word)
	for i := range sites {
		if s := &sites[i]; s.word() == word || s.name == word || has(s.words, word) {
			return s.word()
		}
	}
	return "other"
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
