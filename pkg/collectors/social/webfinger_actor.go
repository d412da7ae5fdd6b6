package social

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// actorTypes are the sorts of who may act (ActivityStreams 2.0).
var actorTypes = []string{"Person", "Organization", "Group", "Service", "Application"}

// An actor is an ActivityPub profile, as far as it tells who somebody is.
type actor struct {
	ID      text
	Type    text
	Name    text
	Summary text // HTML
	URL     list[link]
	Known   list[text]  `json:"alsoKnownAs"`
	Fields  list[field] `json:"attachment"`
}

// A field is a line of a profile: its owner names it and fills it.
type field struct{ Type, Name, Value text }

// A link is an address, plain or in an object.
type link string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *link) UnmarshalJSON(b []byte) error {
	var s text
	var o object[struct{ Href text }]
	_, _ = s.UnmarshalJSON(b), o.UnmarshalJSON(b) // neither ever fails
	*l = link(s + o.is.Href)
	return nil
}

// readActor gets the profile of an account.
func readActor(ctx context.Context, net *collectors.View, subject pipeline.Entity, at string, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "profile", URL: at, Accept: typeActor, MaxBytes: maxActor})
	if err != nil {
		return err
	}
	p, err := parseActor(a)
	if err != nil {
		return err
	}
	t := newTelling(emit, a.Exchange)
	p.tell(t, subject)
	return t.end()
}

// parseActor reads a profile.
func parseActor(a *collectors.Answer) (p actor, err error) {
	if a.Status != http.StatusOK || a.Truncated || !isObject(a.Body) || json.Unmarshal(a.Body, &p) != nil || p.ID == "" || !has(actorTypes, string(p.Type)) {
		return p, pipeline.Fail(pipeline.Malformed, "the host sent something that is no profile")
	}
	return p, nil
}

func (p *actor) tell(t *telling, subject pipeline.Entity) {
	switch p.Type {
	case "Person":
		t.name(string(p.Name), pipeline.KindPerson)
	case "Organization":
		t.name(string(p.Name), pipeline.KindOrganization)
	default: // a group or a program: nobody's name
		t.describe(string(p.Name))
	}
	for _, u := range p.URL {
		t.page(string(u))
	}
	for _, s := range p.Known {
		if e, ok := accountAt(string(s)); ok {
			t.account(e, stated, subject)
		}
	}
	summary, _ := plain(string(p.Summary)) // its links are mentions of others and hashtags, and shown in it
	t.describe(summary)
	for _, f := range p.Fields {
		if f.Type == typeField {
			f.tell(t, subject)
		}
	}
}

// tell tells where a field leads, or else what stands in it.
func (f field) tell(t *telling, subject pipeline.Entity) {
	shown, links := plain(string(f.Value))
	if len(links) == 0 && strings.HasPrefix(shown, "https://") && !strings.ContainsAny(shown, " \n") {
		links = []string{shown}
	}
	led := false
	for _, s := range links {
		if _, err := pipeline.NewEntity(pipeline.KindURL, s); err != nil {
			continue
		}
		if e, ok := accountAt(s); ok {
			t.account(e, stated, subject)
		} else {
			t.link(s)
		}
		led = true
	}
	if name, _ := plain(string(f.Name)); !led {
		t.describe(name + ": " + shown)
	}
}
