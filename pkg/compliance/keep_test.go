package compliance

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

func entity(t testing.TB, text string) *pipeline.Entity {
	e := lead(t, text).Entity
	return &e
}

// TestKeep is the manual of what is kept of an answer, and how.
func TestKeep(t *testing.T) {
	for _, c := range []struct {
		name     string
		o        pipeline.Observation
		emits    []pipeline.Category
		verdict  pipeline.Verdict
		keep     pipeline.Keep
		rule     string
		category pipeline.Category // afterwards
		value    any               // afterwards
	}{
		{name: "a technical fact", o: pipeline.Observation{Predicate: "resolves-to", Object: entity(t, "192.0.2.1")},
			verdict: pipeline.Allow, keep: pipeline.KeepRaw, rule: "categories.allow", category: pipeline.Technical},
		{name: "a predicate nobody declared", o: pipeline.Observation{Predicate: "page-title", Value: "Hello"},
			verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "manifest.predicate", category: pipeline.Technical},
		{name: "a category nobody declared", o: pipeline.Observation{Predicate: "txt-record", Value: "x", Category: pipeline.Identity},
			verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "manifest.category", category: pipeline.Identity},
		{name: "a person's mailbox nobody declared", o: pipeline.Observation{Predicate: "zone-contact", Object: entity(t, "jane@corp.example")},
			verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "manifest.category", category: pipeline.Contact},
		{name: "a person's mailbox", o: pipeline.Observation{Predicate: "zone-contact", Object: entity(t, "jane@corp.example"), Category: pipeline.Technical},
			emits: []pipeline.Category{pipeline.Contact}, verdict: pipeline.Allow, keep: pipeline.KeepSealed, rule: "categories.seal", category: pipeline.Contact},
		{name: "a role's mailbox", o: pipeline.Observation{Predicate: "zone-contact", Object: entity(t, "hostmaster@corp.example"), Category: pipeline.Contact},
			verdict: pipeline.Allow, keep: pipeline.KeepRaw, rule: "categories.allow", category: pipeline.Technical},
		{name: "a person's name and role", o: pipeline.Observation{Predicate: "has-contact", Object: entity(t, "person:Jane Doe"), Value: "registrant"},
			emits: []pipeline.Category{pipeline.Identity}, verdict: pipeline.Allow, keep: pipeline.KeepSealed, rule: "categories.seal", category: pipeline.Identity, value: "registrant"},
		{name: "a name that claims to be contact data, though only that was declared",
			o:     pipeline.Observation{Predicate: "has-contact", Object: entity(t, "person:Jane Doe"), Category: pipeline.Contact},
			emits: []pipeline.Category{pipeline.Contact}, verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "manifest.category", category: pipeline.Contact},
		{name: "what the profile leaves out", o: pipeline.Observation{Predicate: "txt-record", Value: "1 High Street", Category: pipeline.Location},
			emits: []pipeline.Category{pipeline.Location}, verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "categories.redact", category: pipeline.Location},
		{name: "what the profile denies", o: pipeline.Observation{Predicate: "txt-record", Value: "x", Category: pipeline.Special},
			emits: []pipeline.Category{pipeline.Special}, verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "categories.deny", category: pipeline.Special},
		{name: "a person's mailbox in a technical text", o: pipeline.Observation{Predicate: "txt-record", Value: "v=DMARC1; rua=mailto:jane@corp.example"},
			emits: []pipeline.Category{pipeline.Contact}, verdict: pipeline.Redact, keep: pipeline.KeepRaw, rule: "categories.masked", category: pipeline.Technical, value: "v=DMARC1; rua=mailto:withheld@corp.example"},
		{name: "the same, of one that says it brings none", o: pipeline.Observation{Predicate: "txt-record", Value: "v=DMARC1; rua=mailto:jane@corp.example"},
			verdict: pipeline.Redact, keep: pipeline.KeepRaw, rule: "manifest.masked", category: pipeline.Technical, value: "v=DMARC1; rua=mailto:withheld@corp.example"},
		{name: "a person's mailbox in the word beside a person", o: pipeline.Observation{Predicate: "has-contact", Object: entity(t, "person:Jane Doe"), Value: "jane@corp.example"},
			emits: []pipeline.Category{pipeline.Identity, pipeline.Contact}, verdict: pipeline.Redact, keep: pipeline.KeepSealed, rule: "categories.masked", category: pipeline.Identity, value: "withheld@corp.example"},
		{name: "names beside a person, in a record", o: pipeline.Observation{Predicate: "has-contact", Object: entity(t, "person:Jane Doe"), Value: map[string]any{"who": "Jane"}},
			emits: []pipeline.Category{pipeline.Identity}, verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "categories.unsealable", category: pipeline.Identity},
		{name: "a person's number in a record", o: pipeline.Observation{Predicate: "security-txt", Value: map[string]any{"valid": true, "contact": []any{"tel:+44-20-7946-0000", "mailto:security@corp.example"}}},
			emits:   []pipeline.Category{pipeline.Contact},
			verdict: pipeline.Redact, keep: pipeline.KeepRaw, rule: "categories.masked", category: pipeline.Technical,
			value: map[string]any{"valid": true, "contact": []any{"tel:withheld", "mailto:security@corp.example"}}},
		{name: "the same, called contact data", o: pipeline.Observation{Predicate: "security-txt", Category: pipeline.Contact, Value: map[string]any{"contact": []any{"mailto:jane@corp.example"}}},
			emits: []pipeline.Category{pipeline.Contact}, verdict: pipeline.Redact, keep: pipeline.KeepSealed, rule: "categories.masked", category: pipeline.Contact,
			value: map[string]any{"contact": []any{"mailto:withheld@corp.example"}}},
		{name: "names in a record", o: pipeline.Observation{Predicate: "security-txt", Category: pipeline.Identity, Value: map[string]any{"who": "Jane Doe"}},
			emits: []pipeline.Category{pipeline.Identity}, verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "categories.unsealable", category: pipeline.Identity},
		{name: "a mailbox inside a URL", o: pipeline.Observation{Predicate: "redirects-to", Object: entity(t, "https://www.corp.example/?u=jane%40corp.example")},
			emits: []pipeline.Category{pipeline.Contact}, verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "categories.unsealable", category: pipeline.Technical},
		{name: "a mailbox inside a URL, from one that says it brings none", o: pipeline.Observation{Predicate: "redirects-to", Object: entity(t, "https://www.corp.example/?u=jane%40corp.example")},
			verdict: pipeline.Deny, keep: pipeline.KeepNone, rule: "manifest.category", category: pipeline.Technical},
		{name: "a URL", o: pipeline.Observation{Predicate: "redirects-to", Object: entity(t, "https://www.corp.example/")},
			verdict: pipeline.Allow, keep: pipeline.KeepRaw, rule: "categories.allow", category: pipeline.Technical},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := spec()
			s.Emits = append(s.Emits, c.emits...)
			c.o.Subject, c.o.Collector = *entity(t, "corp.example"), "dns"
			before := fmt.Sprint(c.o.Value)
			kept, r := New(office(), Job{}).Keep(s, c.o)
			if r.Verdict != c.verdict || r.Keep != c.keep || r.Rule != c.rule || r.Cite == "" {
				t.Errorf("got  %s %s by %s, citing %q\nwant %s %s by %s", r.Verdict, r.Keep, r.Rule, r.Cite, c.verdict, c.keep, c.rule)
			}
			if kept.Category != c.category || c.verdict != pipeline.Deny && !reflect.DeepEqual(kept.Value, c.value) {
				t.Errorf("kept %s %#v, want %s %#v", kept.Category, kept.Value, c.category, c.value)
			}
			if c.verdict == pipeline.Deny && (kept.Object != nil || kept.Value != nil || !kept.Subject.IsZero()) {
				t.Errorf("denied, yet kept: %#v", kept)
			}
			if r.Verdict != pipeline.Allow {
				sound(t, r, "jane", "Jane")
			}
			if fmt.Sprint(c.o.Value) != before {
				t.Error("the observation given was changed")
			}
		})
	}
}

// TestKeepStrictest holds that what one gate kept is put to the next.
func TestKeepStrictest(t *testing.T) {
	s, mild, strict := spec(), office(), office()
	s.Emits = append(s.Emits, pipeline.Contact)
	strict.Categories = Categories{pipeline.Technical: AllowIt, pipeline.Contact: Redact}
	o := pipeline.Observation{Predicate: "zone-contact", Subject: *entity(t, "corp.example"), Object: entity(t, "jane@corp.example")}
	for _, gates := range [][]pipeline.Gate{{New(mild, Job{}), New(strict, Job{})}, {New(strict, Job{}), New(mild, Job{})}} {
		kept, r := Strictest(gates...).Keep(s, o)
		if r.Verdict != pipeline.Deny || r.Rule != "categories.redact" || kept.Object != nil {
			t.Errorf("%s by %s, kept %v", r.Verdict, r.Rule, kept.Object)
		}
	}
	if kept, r := Strictest(New(mild, Job{}), New(mild, Job{})).Keep(s, o); r.Keep != pipeline.KeepSealed || kept.Object == nil {
		t.Errorf("%s %s, kept %v", r.Verdict, r.Keep, kept.Object)
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"v=spf1 include:_spf.corp.example":   "v=spf1 include:_spf.corp.example",
		"jane@corp.example":                  "withheld@corp.example",
		"Jane.Doe+x@Corp.Example, and more":  "withheld@Corp.Example, and more",
		"<jörg@bücher.example>":              "<withheld@bücher.example>",
		"mailto:jane%40corp.example?x=1":     "mailto:withheld%40corp.example?x=1",
		"/p?mail=jane@corp.example&b":        "/p?mail=withheld@corp.example&b",
		"abuse@corp.example jane@a.b.test":   "abuse@corp.example withheld@a.b.test",
		"TEL:+442079460000":                  "TEL:withheld",
		"hotel:room 12345":                   "hotel:room 12345",
		"a @ b":                              "a @ b",
		"git@host":                           "git@host",
		"dmarc-reports@corp.example":         "dmarc-reports@corp.example",
		"mailto:jane@corp.example!10m":       "mailto:withheld@corp.example!10m",
		"2001:db8::1 time 12:00:00":          "2001:db8::1 time 12:00:00",
		"/jane@corp.example/abuse@b.test":    "/withheld@corp.example/abuse@b.test",
		"jane@corp.example@b.test":           "withheld@b.test",
		"x'jane@corp.example'":               "withheld@corp.example'",
		"https://corp.example/u/jane@b.test": "https://corp.example/u/withheld@b.test",
	} {
		got := pipeline.Mask(in)
		if got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		if again := pipeline.Mask(got); again != got {
			t.Errorf("%q is masked again: %q", got, again)
		}
	}
}

// FuzzMask holds that no mailbox survives that would be a person's target.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"jane@corp.example", "a=b@c.d", "@@@", "x%40y.z", "tel:+1234567", "é@é.é", "a@b.c@d.e", "\xff@a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked := pipeline.Mask(s)
		if again := pipeline.Mask(masked); again != masked {
			t.Errorf("%q is masked to %q, and again to %q", s, masked, again)
		}
		for _, word := range strings.FieldsFunc(masked, func(r rune) bool { return strings.ContainsRune(" ,;<>\"()[]\t\r\n:", r) }) {
			e, err := pipeline.NewEntity(pipeline.KindEmail, word)
			if err == nil && e.Personal() && !strings.HasSuffix(strings.Split(e.Value, "@")[0], pipeline.Masked) {
				t.Errorf("%q survives in %q", word, masked)
			}
		}
	})
}
