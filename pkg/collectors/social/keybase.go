package social

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// keybase asks Keybase who has proven, with a signature at both ends, to hold
// an account or a domain, and what else they have proven to hold. It is kept
// running and no more: proofs were checked when they were checked.
func keybase() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "keybase", Title: "Accounts and domains proven to be one person's (Keybase)", Domain: pipeline.Social,
			Consumes: []pipeline.Kind{pipeline.KindAccount, pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-account", "holds-name", "has-page", "goes-by", "located-at", "describes-itself"},
			Emits: []pipeline.Category{pipeline.OnlineID, pipeline.Identity, pipeline.Location, pipeline.Contact,
				pipeline.Content, pipeline.Special},
			Special: pipeline.Incidental,
			Mode:    pipeline.Passive, Origin: "keybase", Grade: "B2",
			Source: pipeline.Source{
				Name: "keybase", Family: "keybase", Base: "https://keybase.io/_/api/1.0", Country: "US",
				Terms: "https://keybase.io/docs/terms", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, TTL: time.Hour,
				Class: pipeline.SocialMedia, Access: pipeline.AccessOpen, Published: true,
			},
			Sends:   []pipeline.Kind{pipeline.KindAccount, pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 4 << 20}, // one, and two repeats
			Derive:  derive.JSON(keybaseShape),
		},
		Collect: readKeybase,
	}
}

// keybaseSites are the sites whose accounts can be asked about, by the word
// that Keybase has for them.
var keybaseSites = map[string]string{
	"keybase.io": "usernames", "github.com": "github", "x.com": "twitter", "reddit.com": "reddit", "news.ycombinator.com": "hackernews",
}

// keybaseUsers bounds how many users of one answer are told of.
const keybaseUsers = 10

// keybaseShape is what a derivative keeps of an answer.
var keybaseShape = shape{
	"status": derive.Within(shape{"code": derive.Code}),
	"them": derive.Each(shape{
		"basics":  derive.Within(shape{"username": derive.Filled}),
		"profile": derive.Within(shape{"full_name": derive.Filled, "location": derive.Filled, "bio": derive.Filled}),
		"proofs_summary": derive.Within(shape{"all": derive.Each(shape{
			"proof_type": keybaseProof, "nametag": derive.Filled, "state": derive.Code, "service_url": derive.Filled})}),
	}),
}

// keybaseProof keeps what sort of proof there is.
func keybaseProof(v any) any {
	if s, _ := v.(string); s == "dns" || s == "generic_web_site" {
		return s
	}
	return services(v)
}

// A keybaseAnswer is what a lookup brings.
type keybaseAnswer struct {
	Status object[struct{ Code number }]
	Them   *list[keybaseUser]
}

type keybaseUser struct {
	Basics  object[struct{ Username text }]
	Profile object[struct {
		Name     text `json:"full_name"`
		Location text
		Bio      text
	}]
	Proofs object[struct{ All list[keybaseClaim] }] `json:"proofs_summary"`
}

type keybaseClaim struct {
	Type  text `json:"proof_type"`
	Tag   text `json:"nametag"`
	State number
	URL   text `json:"service_url"`
}

func readKeybase(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	asked, by, what, err := keybaseQuestion(subject)
	if err != nil {
		return err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "lookup", Accept: "json", MaxBytes: 4 << 20,
		URL: "/user/lookup.json?" + by + "=" + url.QueryEscape(what) + "&fields=basics,profile,proofs_summary"})
	if err != nil {
		return err
	}
	if a.Status != http.StatusOK || a.Truncated {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("keybase answered %d where a list of users is due", a.Status))
	}
	users, err := parseKeybase(a.Body)
	if err != nil {
		return err
	}
	var cut error
	for i, u := range users {
		if i == keybaseUsers {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than %d users are not told of", keybaseUsers))
		}
		t := newTelling(emit, a.Exchange)
		u.tell(t, asked)
		if err := t.end(); err != nil {
			cut = err
		}
	}
	return cut
}

// keybaseQuestion returns the entity by the name that its site goes by today,
// and the parameter and its value that ask about it.
func keybaseQuestion(e pipeline.Entity) (asked pipeline.Entity, by, what string, err error) {
	if e.Kind == pipeline.KindDomain {
		return e, "domain", e.Value, nil
	}
	host, name, _ := strings.Cut(e.Value, "/")
	s := siteAt(host)
	if s == nil || keybaseSites[s.name] == "" {
		return e, "", "", pipeline.Fail(pipeline.Skipped, "Keybase can't be asked by accounts of this site")
	}
	asked, ok := account(s.name, name, true)
	if _, what, _ = strings.Cut(asked.Value, "/"); !ok || strings.Contains(what, ",") { // its list separator
		return e, "", "", pipeline.Fail(pipeline.Skipped, "no account that Keybase could be asked by has such a name")
	}
	return asked, keybaseSites[s.name], what, nil
}

// parseKeybase reads the users of an answer; one that names none is an answer.
func parseKeybase(body []byte) ([]keybaseUser, error) {
	var a keybaseAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "keybase sent something that is no list of users")
	}
	switch c := a.Status.is.Code; {
	case c == 205: // not found
		return nil, nil
	case c != 0:
		return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("keybase answered with the code %d", int64(max(min(c, 9999), -1))))
	case a.Them == nil:
		return nil, pipeline.Fail(pipeline.Malformed, "keybase sent something that is no list of users")
	}
	return *a.Them, nil
}

// tell tells of a user, if it is the one that was asked for: by name, or by
// something that it has proven to hold.
func (u *keybaseUser) tell(t *telling, asked pipeline.Entity) {
	own, ok := account("keybase.io", string(u.Basics.is.Username), true)
	if !ok {
		return
	}
	held, ways := u.held()
	found := own == asked
	for _, e := range held {
		found = found || e == asked
	}
	if !found {
		return
	}
	t.subject = own
	for i, e := range held {
		if e.Kind == pipeline.KindAccount {
			t.account(e, proven, own)
		} else {
			t.say(pipeline.Observation{Predicate: "holds-name", Object: &e, Value: ways[i], Category: pipeline.OnlineID})
		}
	}
	p := u.Profile.is
	t.page("https://" + own.Value)
	t.name(string(p.Name), pipeline.KindPerson)
	t.place(string(p.Location))
	t.describe(string(p.Bio))
}

// held returns the accounts and names that a user has proven to hold, and the
// way of each proof. A proof that Keybase could not check last time is none.
func (u *keybaseUser) held() (held []pipeline.Entity, ways []string) {
	for _, c := range u.Proofs.is.All {
		if c.State != 1 {
			continue
		}
		var e pipeline.Entity
		var ok bool
		way := "account"
		switch c.Type {
		case "dns", "generic_web_site":
			way = map[text]string{"dns": "dns", "generic_web_site": "web"}[c.Type]
			n, err := pipeline.NewName(string(c.Tag))
			e, ok = n, err == nil
		default:
			if e, ok = accountAt(string(c.URL)); !ok {
				e, ok = c.known()
			}
		}
		if ok {
			held, ways = append(held, e), append(ways, way)
		}
	}
	return held, ways
}

// known returns the account of a proof by the site's word and the name alone.
func (c *keybaseClaim) known() (pipeline.Entity, bool) {
	for host, word := range keybaseSites {
		if string(c.Type) == word {
			return account(host, string(c.Tag), true)
		}
	}
	return account(strings.ToLower(string(c.Type)), string(c.Tag), true) // such as mastodon.social
}
