package compliance

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// TestPermits is the manual of what a flag may not ask for.
func TestPermits(t *testing.T) {
	strict := office()
	strict.Profile, strict.Freedoms.Active = "quiet", Never
	for _, c := range []struct {
		name string
		p    Policy
		j    Job
		want string // "" is permitted
	}{
		{"nothing special", office(), Job{}, ""},
		{"active on request", office(), Job{Active: true}, ""},
		{"active never", strict, Job{Active: true},
			"--active: profile quiet never lets the subject see us (freedoms.active: never, rule mode.active-never); leave the flag out or choose another profile"},
		{"an excluded collector", office(), Job{Collectors: []string{"dns", "never-ours"}},
			"--collector never-ours: profile office never uses it (collectors.exclude, rule select.profile-excludes); leave it out or choose another profile"},
		{"in and out", office(), Job{Collectors: []string{"dns"}, Exclude: []string{"dns"}}, "--collector dns and --exclude dns: take one of them out"},
		{"on request", office(), Job{Requested: []string{"dns-words"}}, ""},
		{"on request, excluded by the profile", office(), Job{Requested: []string{"never-ours"}},
			"never-ours is asked for, and profile office never uses it (collectors.exclude, rule select.profile-excludes); do not ask for it or choose another profile"},
		{"on request, and out", office(), Job{Requested: []string{"dns-words"}, Exclude: []string{"dns-words"}},
			"dns-words is asked for, and --exclude dns-words leaves it out: take one of them out"},
		{"on request, and others only", office(), Job{Requested: []string{"dns-words"}, Collectors: []string{"dns"}},
			"dns-words is asked for, and --collector names others only: add dns-words there, or do not ask for it"},
		{"a stricter label", office(), Job{TLP: "red"}, ""},
		{"the widest label", office(), Job{TLP: "green"}, ""},
		{"a wider label", office(), Job{TLP: "clear"},
			"--tlp TLP:CLEAR: profile office shares no wider than TLP:GREEN (tlp.widest, rule tlp.widest); choose that, a stricter label or another profile"},
		{"an old label", office(), Job{TLP: "TLP:WHITE"}, "--tlp: TLP:WHITE is a label of TLP 1.0: write TLP:CLEAR"},
		{"no label", office(), Job{TLP: "mauve"}, `--tlp: there is no label "mauve": write one of TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT, TLP:RED`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.p.Permits(c.j); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	if err := strict.Permits(Job{Active: true, TLP: "clear"}); strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("want both, got %v", err)
	}
}

func TestLabel(t *testing.T) {
	for text, want := range map[string]Label{"red": Red, "TLP:Amber": Amber, " tlp:amber+strict ": AmberStrict, "GREEN": Green, "clear": Clear} {
		if got, err := ParseLabel(text); got != want || err != nil {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	p := office()
	for typed, want := range map[string]Label{"": Amber, "red": Red, "clear": Clear, "mauve": Red} {
		if got := New(p, Job{TLP: typed}).Label(); got != want {
			t.Errorf("--tlp %q gives %s, want %s", typed, got, want)
		}
	}
}

// TestDisclose is the manual of who may be handed what.
func TestDisclose(t *testing.T) {
	people := []pipeline.Category{pipeline.Technical, pipeline.Contact}
	for _, c := range []struct {
		label   string
		to      Audience
		clear   []pipeline.Category
		verdict pipeline.Verdict
		rule    string
	}{
		{"red", Named, nil, pipeline.Allow, "disclose.allow"},
		{"red", Named, people, pipeline.Allow, "disclose.allow"},
		{"red", InHouse, nil, pipeline.Deny, "tlp.reach"},
		{"amber+strict", InHouse, people, pipeline.Allow, "disclose.allow"},
		{"amber+strict", Clients, nil, pipeline.Deny, "tlp.reach"},
		{"", Clients, nil, pipeline.Allow, "disclose.allow"},
		{"amber", Clients, people, pipeline.Redact, "disclose.personal"},
		{"amber", Community, people, pipeline.Deny, "tlp.reach"},
		{"green", Community, nil, pipeline.Allow, "disclose.allow"},
		{"green", Public, nil, pipeline.Deny, "tlp.reach"},
		{"clear", Public, nil, pipeline.Allow, "disclose.allow"},
		{"clear", Public, people, pipeline.Redact, "disclose.personal"},
		{"clear", "the pub", nil, pipeline.Deny, "tlp.audience"},
		{"mauve", InHouse, nil, pipeline.Deny, "tlp.reach"},
	} {
		r := New(office(), Job{}).Disclose(c.to, Disclosure{What: "report.pdf", Label: c.label, Clear: c.clear})
		if r.Verdict != c.verdict || r.Rule != c.rule {
			t.Errorf("%s to %s with %v: %s by %s, want %s by %s", c.label, c.to, c.clear, r.Verdict, r.Rule, c.verdict, c.rule)
		}
		if r.Verdict == pipeline.Redact && strings.Join(r.Redact, " ") != "contact" {
			t.Errorf("redacts %v", r.Redact)
		}
		sound(t, r)
	}
}
