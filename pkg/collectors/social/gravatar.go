package social

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// gravatar reads the profile that somebody filled in at Gravatar, for every
// site that knows their e-mail address. The address is sent as its SHA-256,
// which whoever knows the address can make again: it is an identifier still.
// Without a key it answers a hundred questions an hour, then 429.
func gravatar() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "gravatar", Title: "Profile that goes with an e-mail address (Gravatar)", Domain: pipeline.Social,
			Consumes: []pipeline.Kind{pipeline.KindEmail},
			Produces: []pipeline.Predicate{"has-account", "has-page", "goes-by", "works-for", "has-role", "located-at", "describes-itself"},
			Emits: []pipeline.Category{pipeline.Contact, pipeline.Identity, pipeline.Location, pipeline.OnlineID,
				pipeline.Content, pipeline.Special},
			Special: pipeline.Incidental,
			Mode:    pipeline.Passive, Origin: "gravatar", Grade: "B2",
			Source: pipeline.Source{
				Name: "gravatar", Family: "gravatar", Base: "https://api.gravatar.com/v3", Country: "US",
				Terms: "https://docs.gravatar.com/general/pricing/", Commercial: pipeline.Yes, Verified: "2026-11-23", // with attribution
				Slots: 1, Daily: 2400, TTL: time.Hour,
				Class: pipeline.SocialMedia, Access: pipeline.AccessOpen, Published: true,
				// Automattic's certification under the DPF is of another service.
			},
			Sends:   []pipeline.Kind{pipeline.KindEmail},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 2 << 20}, // one, and two repeats
			Derive:  derive.JSON(gravatarShape),
		},
		Collect: readGravatar,
	}
}

// gravatarShape is what a derivative keeps of a profile.
var gravatarShape = shape{
	"hash": derive.Filled, "display_name": derive.Filled, "profile_url": derive.Filled, "avatar_url": derive.Filled, "location": derive.Filled, "description": derive.Filled,
	"job_title": derive.Filled, "company": derive.Filled, "pronouns": derive.Filled,
	"verified_accounts": derive.Each(shape{"service_type": services, "service_label": derive.Filled, "url": derive.Filled, "is_hidden": derive.Flag}),
}

// A gravatarProfile is what its interface shows to everybody. Pronouns are
// shown too, and not read: they serve no purpose here and tell of a person what
// is theirs to tell.
type gravatarProfile struct {
	Hash, Location, Description, Company text
	Name                                 text `json:"display_name"`
	URL                                  text `json:"profile_url"`
	Job                                  text `json:"job_title"`
	Accounts                             list[struct {
		URL    text  `json:"url"`
		Hidden truth `json:"is_hidden"`
	}] `json:"verified_accounts"`
}

func readGravatar(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	sum := sha256.Sum256([]byte(subject.Value)) // canonical is what Gravatar wants: lower case, no space
	a, err := net.HTTP(ctx, collectors.Request{Operation: "profile", URL: "/profiles/" + hex.EncodeToString(sum[:]), Accept: "json", MaxBytes: 1 << 20})
	if err != nil {
		return err
	}
	switch {
	case a.Status == http.StatusNotFound && isObject(a.Body):
		return nil
	case a.Status != http.StatusOK:
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("gravatar answered %d where a profile is due", a.Status))
	}
	p, err := parseGravatar(a.Body)
	if err != nil {
		return err
	}
	t := newTelling(emit, a.Exchange)
	p.tell(t)
	return t.end()
}

// parseGravatar reads a profile.
func parseGravatar(body []byte) (p gravatarProfile, err error) {
	if json.Unmarshal(body, &p) != nil || p.Hash == "" && p.URL == "" {
		return p, pipeline.Fail(pipeline.Malformed, "gravatar sent something that is no profile")
	}
	return p, nil
}

func (p *gravatarProfile) tell(t *telling) {
	if own, ok := accountAt(string(p.URL)); ok {
		t.account(own, verified, pipeline.Entity{})
	}
	t.page(string(p.URL))
	for _, a := range p.Accounts {
		if a.Hidden {
			continue // by the person's own wish
		}
		if e, ok := accountAt(string(a.URL)); ok {
			t.account(e, verified, pipeline.Entity{})
		} else {
			t.page(string(a.URL))
		}
	}
	t.name(string(p.Name), pipeline.KindPerson)
	t.employer(string(p.Company))
	t.role(string(p.Job))
	t.place(string(p.Location))
	t.describe(string(p.Description))
}

// end says whether all was told.
func (t *telling) end() error {
	if t.over() {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than %d of a sort are not told of one profile", mostTold))
	}
	return nil
}

// isObject reports whether a body is a JSON object.
func isObject(b []byte) bool {
	b = bytes.TrimSpace(b)
	return len(b) > 0 && b[0] == '{' && json.Valid(b)
}
