package incident

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func number(n int) *int { return &n }

// aware is a Thursday.
var aware = at("2026-11-26T10:00:00Z")

func sample(frameworks ...string) *Incident {
	i := New("a folder of cases was mailed to the wrong recipient", aware)
	i.Frameworks = frameworks
	return i
}

func clock(t *testing.T, i *Incident, id string, now time.Time) Clock {
	t.Helper()
	for _, c := range i.Clocks(now) {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no clock %s", id)
	return Clock{}
}

// Each duty, as long as law leaves and under the facts on which it hangs.
func TestClocks(t *testing.T) {
	now := aware.Add(time.Hour)
	for _, x := range []struct {
		name, id string
		facts    func(*Incident)
		due      string // "" is none
		state    State
	}{
		{"72 hours", "gdpr/authority", nil, "2026-11-29T10:00:00Z", Running},
		{"an unassessed risk stops nothing", "uk-gdpr/authority", nil, "2026-11-29T10:00:00Z", Running},
		{"unlikely", "gdpr/authority", func(i *Incident) { i.Risk = Unlikely }, "", NotNeeded},
		{"people, not assessed", "gdpr/people", nil, "", Undecided},
		{"people, some risk", "gdpr/people", func(i *Incident) { i.Risk = Some }, "", NotNeeded},
		{"people, high risk", "uk-gdpr/people", func(i *Incident) { i.Risk = High }, "", AtOnce},
		{"three business days over a weekend, in Brasília", "lgpd/authority", nil, "2026-12-02T02:59:59Z", Running},
		{"and the people", "lgpd/people", func(i *Incident) { i.Risk = Some }, "2026-12-02T02:59:59Z", Running},
		{"details have not begun", "lgpd/details", nil, "", Waiting},
		{"details", "lgpd/details", func(i *Incident) { i.Told = []Told{{Clock: "lgpd/authority", At: aware}} }, "2026-12-25T02:59:59Z", Running},
		{"residents, not counted", "ccpa/people", nil, "2026-12-26T10:00:00Z", Running},
		{"no residents", "ccpa/people", func(i *Incident) { i.California = number(0) }, "", NotNeeded},
		{"attorney, not counted", "ccpa/attorney-general", nil, "", Undecided},
		{"attorney, 500", "ccpa/attorney-general", func(i *Incident) { i.California = number(500) }, "", NotNeeded},
		{"attorney, 501, nobody told", "ccpa/attorney-general", func(i *Incident) { i.California = number(501) }, "", Waiting},
		{"attorney, 501, told", "ccpa/attorney-general", func(i *Incident) {
			i.California, i.Told = number(501), []Told{{Clock: "ccpa/people", At: aware.Add(30 * time.Minute)}}
		}, "2026-12-11T10:30:00Z", Running},
		{"Canada", "pipeda/authority", nil, "", AtOnce},
		{"Canada, no real risk", "pipeda/people", func(i *Incident) { i.Risk = Unlikely }, "", NotNeeded},
		{"a processor", "gdpr/controller", func(i *Incident) { i.Role = Processor }, "", AtOnce},
	} {
		i := sample(Frameworks()...)
		if x.facts != nil {
			x.facts(i)
		}
		c := clock(t, i, x.id, now)
		due := ""
		if c.Due != nil {
			due = c.Due.Format(time.RFC3339)
		}
		if c.State != x.state || due != x.due {
			t.Errorf("%s: %s, due %q, want %s, %q", x.name, c.State, due, x.state, x.due)
		}
		if (c.State == NotNeeded || c.State == Undecided || c.State == Waiting) != (c.Why != "") {
			t.Errorf("%s: %s, why %q", x.name, c.State, c.Why)
		}
	}
}

// The last moment is in time; the one after is not. Who was told late needs a
// reason, and then nobody's attention.
func TestOverdue(t *testing.T) {
	i := sample("gdpr")
	due := aware.Add(72 * time.Hour)
	if c := clock(t, i, "gdpr/authority", due); c.State != Running || c.Attention() {
		t.Errorf("at the last moment: %s", c.State)
	}
	if c := clock(t, i, "gdpr/authority", due.Add(time.Second)); c.State != Overdue || !c.Attention() || c.Settled() {
		t.Errorf("a second later: %s", c.State)
	}
	i.Told = []Told{{Clock: "gdpr/authority", At: due.Add(time.Hour)}}
	late := clock(t, i, "gdpr/authority", due.Add(2*time.Hour))
	if late.State != ToldLate || !late.Attention() || late.Settled() {
		t.Errorf("told late without a reason: %+v", late)
	}
	i.Delays = []Delay{{Clock: "gdpr/authority", Reason: "the log had to be restored first"}}
	if late = clock(t, i, "gdpr/authority", due.Add(2*time.Hour)); late.Attention() || !late.Settled() {
		t.Errorf("told late with a reason: %+v", late)
	}
	i.Told = append([]Told{{Clock: "gdpr/authority", At: aware.Add(time.Hour)}}, i.Told...)
	if c := clock(t, i, "gdpr/authority", due.Add(2*time.Hour)); c.State != Done {
		t.Errorf("told in time first: %s", c.State)
	}
}

// A business day is none of a weekend's, and the time is never longer than
// three days and the weekend in it.
func TestBusinessDays(t *testing.T) {
	for h := range 24 * 21 {
		from := aware.Add(time.Duration(h) * time.Hour)
		end := businessDays(from, 3, brasilia)
		if w := end.Weekday(); w == time.Saturday || w == time.Sunday {
			t.Fatalf("%s: ends on a %s", from, w)
		}
		if left := end.Sub(from); left < 3*24*time.Hour-24*time.Hour || left > 6*24*time.Hour {
			t.Fatalf("%s: %s", from, left)
		}
	}
	for from, want := range map[string]string{ // Friday, Saturday and Sunday begin to count on Monday; 01:00 UTC is the day before
		"2026-11-27T12:00:00-03:00": "2026-12-02", "2026-11-28T12:00:00-03:00": "2026-12-02", "2026-11-29T12:00:00-03:00": "2026-12-02", "2026-11-30T01:00:00Z": "2026-12-02", "2026-12-01T01:00:00Z": "2026-12-03",
	} {
		if got := businessDays(at(from), 3, brasilia).Format(time.DateOnly); got != want {
			t.Errorf("from %s: %s, want %s", from, got, want)
		}
	}
}

func TestNextAndKeep(t *testing.T) {
	i := sample("ccpa", "gdpr")
	if n := Next(i.Clocks(aware)); n == nil || n.ID != "gdpr/authority" {
		t.Errorf("next: %+v", n)
	}
	if at, _ := i.KeepUntil(); !at.IsZero() {
		t.Errorf("no number, and %s", at)
	}
	i.Frameworks = []string{"pipeda", "lgpd"}
	if at, cite := i.KeepUntil(); at.Format(time.DateOnly) != "2031-11-26" || !strings.Contains(cite, "15/2024") {
		t.Errorf("%s by %s", at, cite)
	}
}

// Whatever can't be so is said, all of it, with what to write.
func TestCheck(t *testing.T) {
	if err := sample("gdpr").Check(aware); err != nil {
		t.Error(err)
	}
	for want, spoil := range map[string]func(*Incident){
		"the title is missing":                          func(i *Incident) { i.Title = " " },
		`role "boss"`:                                   func(i *Incident) { i.Role = "boss" },
		"no clock would run":                            func(i *Incident) { i.Frameworks = nil },
		`framework "gpdr": did you mean gdpr`:           func(i *Incident) { i.Frameworks = []string{"gpdr"} },
		`nature "theft"`:                                func(i *Incident) { i.Nature = []Nature{"theft"} },
		`category "contacts": did you mean contact`:     func(i *Incident) { i.Categories = append(i.Categories, "contacts") },
		`risk "low"`:                                    func(i *Incident) { i.Risk = "low" },
		"the effects must say why":                      func(i *Incident) { i.Risk = Unlikely },
		"-1 records":                                    func(i *Incident) { i.Records = number(-1) },
		"7 residents of California among 5 people":      func(i *Incident) { i.People, i.California = number(5), number(7) },
		"which is still to come":                        func(i *Incident) { i.Aware = aware.Add(time.Hour) },
		"after you knew of it":                          func(i *Incident) { o := aware.Add(time.Minute); i.Occurred = &o },
		`"gdpr/authorty" is no duty: did you mean`:      func(i *Incident) { i.Told = []Told{{Clock: "gdpr/authorty", At: aware}} },
		"lgpd/people is no duty of a controller by the": func(i *Incident) { i.Told = []Told{{Clock: "lgpd/people", At: aware}} },
		"before you knew of it":                         func(i *Incident) { i.Told = []Told{{Clock: "gdpr/authority", At: aware.Add(-time.Hour)}} },
		"the reason for the delay is empty":             func(i *Incident) { i.Delays = []Delay{{Clock: "gdpr/authority"}} },
		"its duties are gdpr/authority, gdpr/people":    func(i *Incident) { i.Delays = []Delay{{Clock: "authority", Reason: "x"}} },
	} {
		i := sample("gdpr")
		spoil(i)
		if err := i.Check(aware); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestUnsettled(t *testing.T) {
	i := sample("gdpr", "lgpd")
	i.Risk = Some
	if left := i.Unsettled(aware); len(left) != 3 {
		t.Errorf("%d are left: %+v", len(left), left)
	}
	for _, id := range []string{"gdpr/authority", "lgpd/authority", "lgpd/people"} {
		i.Told = append(i.Told, Told{Clock: id, At: aware})
	}
	if left := i.Unsettled(aware); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestRegister(t *testing.T) {
	r := Register{filepath.Join(t.TempDir(), "incidents")}
	if ids, err := r.IDs(); err != nil || len(ids) != 0 {
		t.Fatal(ids, err)
	}
	i := sample("gdpr")
	var recorded string
	if err := r.Write(i, func(sum string) error { recorded = sum; return nil }); err != nil {
		t.Fatal(err)
	}
	back, sum, err := r.Read(i.ID)
	if err != nil || sum != recorded || back.Version != 1 || back.Title != i.Title || !back.Aware.Equal(aware) {
		t.Fatal(back, sum, err)
	}
	if info, _ := os.Stat(r.path(i.ID)); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}

	// What is not on record is not written, and leaves nothing behind.
	i.Title = "another"
	full := errors.New("the disk is full")
	if err := r.Write(i, func(string) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if _, again, _ := r.Read(i.ID); again != recorded {
		t.Error("it was written without a record")
	}
	if files, _ := os.ReadDir(r.Dir); len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}

	for _, bad := range []string{"", "x", "../../etc/passwd", "i-0123456789abcdef"} {
		if _, _, err := r.Read(bad); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	other := "i-0123456789abcdef"
	text, _ := os.ReadFile(r.path(i.ID))
	for what, content := range map[string]string{"another": string(text), "none": "{", "newer": strings.Replace(strings.Replace(string(text), i.ID, other, 1), `"schema_version": 1`, `"schema_version": 9`, 1)} {
		if err := os.WriteFile(r.path(other), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var damaged *Damaged
		if _, _, err := r.Read(other); err == nil || errors.As(err, &damaged) != (what != "newer") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Two that write at once take turns.
func TestAlone(t *testing.T) {
	r := Register{t.TempDir()}
	i := sample("gdpr")
	if err := r.Write(i, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for n := range 8 {
		go func() {
			done <- r.Alone(func() error {
				now, _, err := r.Read(i.ID)
				if err != nil {
					return err
				}
				now.Cases = append(now.Cases, fmt.Sprint(n))
				return r.Write(now, func(string) error { return nil })
			})
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if now, _, _ := r.Read(i.ID); len(now.Cases) != 8 || now.Version != 9 || !slices.Contains(now.Cases, "7") {
		t.Errorf("%d of 8, version %d", len(now.Cases), now.Version)
	}
}
