package social

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// webFinger asks an account's own host what it is (RFC 7033), and reads the
// ActivityPub profile that the host answers with. No other host is asked: an
// account elsewhere that the answer names is a lead, and gets a ruling of its
// own. Whoever runs the host sees the question as one of the many that servers
// of the fediverse put to each other; where somebody runs one for themselves,
// it is they who see it. Hence relayed, not passive.
func webFinger() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "webfinger", Title: "Profile of an account, from its own host (WebFinger, ActivityPub)", Domain: pipeline.Social,
			Consumes: []pipeline.Kind{pipeline.KindAccount},
			Produces: []pipeline.Predicate{"has-account", "has-page", "links-to", "goes-by", "describes-itself"},
			Emits: []pipeline.Category{pipeline.OnlineID, pipeline.Identity, pipeline.Contact, pipeline.Location,
				pipeline.Content, pipeline.Special},
			Special: pipeline.Incidental,
			Mode:    pipeline.Relayed, Origin: "account-host", Grade: "B2",
			Source: pipeline.Source{
				Name: "webfinger", Family: "webfinger", Country: "", // the operator's
				Terms: "https://www.rfc-editor.org/rfc/rfc7033", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 4, TTL: time.Hour,
				Class: pipeline.SocialMedia, Access: pipeline.AccessOpen, Published: true,
			},
			Sends:   []pipeline.Kind{pipeline.KindAccount},
			Ceiling: pipeline.Ceiling{Requests: 8, Bytes: 3 << 20}, // two, their repeats, and a redirect of each
			Derive:  derive.JSON(fingerShape),
		},
		Collect: askFinger,
	}
}

const (
	maxFinger = 256 << 10 // bytes of a WebFinger answer
	maxActor  = 1 << 20   // of a profile
)

// fingerShape is what a derivative keeps of either answer.
var fingerShape = shape{
	"subject": derive.Filled, "aliases": derive.Count,
	"links": derive.Each(shape{"rel": derive.OneOf(relSelf, relPage, relFeed), "type": derive.OneOf(typeActor, typeHTML), "href": derive.Filled}),
	"id":    derive.Filled, "type": derive.OneOf(actorTypes...), "preferredUsername": derive.Filled, "name": derive.Filled, "summary": derive.Filled, "url": derive.Filled,
	"alsoKnownAs": derive.Count, "attachment": derive.Each(shape{"type": derive.OneOf(typeField), "name": derive.Filled, "value": derive.Filled}),
}

// The words of the formats.
const (
	relSelf   = "self"
	relPage   = "http://webfinger.net/rel/profile-page"
	relFeed   = "http://schemas.google.com/g/2010#updates-from"
	typeActor = "application/activity+json"
	typeHTML  = "text/html"
	typeField = "PropertyValue"
)

// A finger is a WebFinger answer.
type finger struct {
	Subject text
	Aliases list[text]
	Links   list[struct{ Rel, Type, Href text }]
}

func askFinger(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	host, name, _ := strings.Cut(subject.Value, "/")
	switch n, err := pipeline.NewName(host); {
	case err != nil || n.Value != host:
		return pipeline.Fail(pipeline.Skipped, "the site of this account is not the name of a host")
	case siteAt(host) != nil && siteAt(host).mute:
		return pipeline.Fail(pipeline.Skipped, siteAt(host).name+" answers no WebFinger for its accounts")
	}
	q := url.QueryEscape("acct:" + strings.TrimPrefix(name, "@") + "@" + host)
	a, err := net.HTTP(ctx, collectors.Request{Operation: "webfinger", URL: "https://" + host + "/.well-known/webfinger?resource=" + q,
		Accept: "application/jrd+json, application/json;q=0.9", MaxBytes: maxFinger})
	if err != nil {
		return err
	}
	if a.Status == http.StatusNotFound && asks(a.URL) { // no such account, or a host that knows nothing of WebFinger
		return nil
	}
	f, err := parseFinger(a)
	if err != nil {
		return err
	}
	t := newTelling(emit, a.Exchange)
	profile, other := f.tell(t, subject)
	switch {
	case profile == "" || other:
		return t.end()
	case !near(profile, "https://"+host+"/", a.URL):
		if e, ok := accountAt(profile); ok && e != subject {
			t.account(e, stated, subject)
			return t.end()
		}
		return pipeline.Fail(pipeline.Partial, "its profile lies at another host, or in clear: it is not asked for")
	}
	if err := readActor(ctx, net, subject, profile, emit); err != nil {
		return partly(err, "its profile")
	}
	return t.end()
}

// parseFinger reads a WebFinger answer.
func parseFinger(a *collectors.Answer) (f finger, err error) {
	if a.Status != http.StatusOK || a.Truncated || !isObject(a.Body) || json.Unmarshal(a.Body, &f) != nil || f.Subject == "" && len(f.Links) == 0 {
		return f, pipeline.Fail(pipeline.Malformed, "the host sent something that is no WebFinger answer")
	}
	return f, nil
}

// tell tells what the answer says, and returns the address of the ActivityPub
// profile, "" if there is none. other is true if the answer is, by its own
// word, of another account than was asked about.
func (f *finger) tell(t *telling, subject pipeline.Entity) (profile string, other bool) {
	if e, ok := acct(string(f.Subject)); ok && e != subject {
		t.account(e, stated, subject)
		other = true
	}
	for _, l := range f.Links {
		media, _, _ := strings.Cut(string(l.Type), ";")
		switch {
		case l.Rel == relPage:
			t.page(string(l.Href))
		case l.Rel == relSelf && profile == "" && (media == typeActor || media == "application/ld+json"):
			profile = string(l.Href)
		}
	}
	for _, s := range f.Aliases {
		if e, ok := acct(string(s)); ok {
			t.account(e, stated, subject)
		} else if string(s) != profile {
			t.page(string(s))
		}
	}
	return profile, other
}

// acct returns the account that an acct: URI names (RFC 7565).
func acct(uri string) (pipeline.Entity, bool) {
	rest, ok := strings.CutPrefix(uri, "acct:")
	i := strings.LastIndexByte(rest, '@')
	if !ok || i < 1 {
		return pipeline.Entity{}, false
	}
	return account(strings.ToLower(rest[i+1:]), rest[:i], true)
}

// asks reports whether a URL is one where WebFinger is asked, as the first is,
// and one that it is handed on to.
func asks(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Path == "/.well-known/webfinger"
}

// near reports whether a URL lies at the host of one of those that were asked.
func near(address string, asked ...string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return false
	}
	for _, s := range asked {
		if a, err := url.Parse(s); err == nil && a.Host == u.Host {
			return true
		}
	}
	return false
}

// partly makes of a failure one of a task that has told something already.
func partly(err error, where string) error {
	var f *pipeline.Failure
	if !errors.As(err, &f) || f.Outcome == pipeline.Cancelled || f.Outcome == pipeline.Partial {
		return err
	}
	return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%s: %s", where, f.Error()))
}
