package compliance

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// TestOwnCase holds that nobody approves what he works on.
func TestOwnCase(t *testing.T) {
	c := func(investigator string, resumed ...string) *pipeline.Case {
		cs := pipeline.NewCase()
		cs.Opened = &pipeline.Opened{Case: statement().Case, Investigator: investigator}
		for _, by := range resumed {
			cs.Acts = append(cs.Acts, &pipeline.Event{Resumed: &pipeline.Act{By: by}})
		}
		return cs
	}
	for _, x := range []struct {
		c         *pipeline.Case
		operators []string
		want      string
	}{
		{c("k.lang"), nil, ""},
		{c("k.lang", "b.ito"), []string{"b.ito", ""}, ""},
		{c(""), nil, "names no investigator"},
		{c(" "), nil, "names no investigator"},
		{c("a.meyer"), nil, "works on this case"},
		{c("A.Meyer "), nil, "works on this case"},
		{c("k.lang", "b.ito", "a.meyer"), nil, "works on this case"},
		{c("k.lang"), []string{"a.meyer"}, "works on this case"},
	} {
		err := statement().Suits(x.c, x.operators...)
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%q, %v: %v, want %q", x.c.Opened.Investigator, x.operators, err, x.want)
		}
	}
	other := c("k.lang")
	other.Opened.Case = "c-ff"
	if err := statement().Suits(other); err == nil {
		t.Error("an approval of one case suits another")
	}
}

// TestApprovals holds that an approval reaches what it names, and nothing else.
func TestApprovals(t *testing.T) {
	by, key := plain(t, "a.meyer", 1)
	s := statement()
	sig, err := Sign(s, by, key, noTerminal)
	if err != nil {
		t.Fatal(err)
	}
	who, err := Verify(s, sig, []Approver{by}, now)
	if err != nil {
		t.Fatal(err)
	}
	e := Approval{Signature: sig, Key: who.Fingerprint, PublicKey: who.Key, EnteredBy: "uid:1000"}.Event(s)
	cs := stored(t, &pipeline.Event{Opened: &pipeline.Opened{Case: s.Case, Investigator: "k.lang"}}, e)
	e = cs.Acts[0]
	a, faults := ReadApprovals(cs, []Approver{by}, now)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	person := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:aa:bb"}
	other := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:aa:cc"}
	for _, x := range []struct {
		of         pipeline.Entity
		coll, rule string
		unknown    []string
		want       string
	}{
		{person, "gravatar", "gdpr-35-dpia", nil, "a.meyer"},
		{person, "gravatar", "gdpr-35-dpia", []string{"target.minor"}, "a.meyer"},
		{person, "", "gdpr-35-dpia", nil, "a.meyer"},
		{person, "gravatar", "gdpr-35-dpia", []string{"target.minor", "job.basis"}, ""},
		{other, "gravatar", "gdpr-35-dpia", nil, ""},
		{other, "", "gdpr-35-dpia", nil, ""},
		{person, "keybase", "gdpr-35-dpia", nil, ""},
		{person, "gravatar", "gdpr-9", nil, ""},
		{person, "gravatar", "", nil, ""},
	} {
		if got := a.Waives(x.of, x.coll, x.rule, x.unknown); got != x.want {
			t.Errorf("%+v: %q", x, got)
		}
	}
	for name, break_ := range map[string]func(cs *pipeline.Case, approvers *[]Approver, at *time.Time){
		"resumed by the approver": func(cs *pipeline.Case, _ *[]Approver, _ *time.Time) {
			cs.Acts = append(cs.Acts, &pipeline.Event{Resumed: &pipeline.Act{By: "a.meyer"}})
		},
		"no approver any more": func(_ *pipeline.Case, a *[]Approver, _ *time.Time) { *a = nil },
		"his key was taken out": func(_ *pipeline.Case, a *[]Approver, _ *time.Time) {
			x, _ := plain(t, "a.meyer", 3)
			*a = []Approver{x}
		},
		"expired":                func(_ *pipeline.Case, _ *[]Approver, at *time.Time) { *at = now.Add(721 * time.Hour) },
		"the line names another": func(cs *pipeline.Case, _ *[]Approver, _ *time.Time) { cs.Acts[0].Approved.By = "b.ito" },
		"the statement was edited": func(cs *pipeline.Case, _ *[]Approver, _ *time.Time) {
			d := cs.Acts[0].Approved
			d.Data = json.RawMessage(strings.Replace(string(d.Data), `"rules":["gdpr-35-dpia"]`, `"rules":["gdpr-35-dpib"]`, 1))
		},
		"a key beside": func(cs *pipeline.Case, _ *[]Approver, _ *time.Time) {
			d := cs.Acts[0].Approved
			d.Data = json.RawMessage(strings.Replace(string(d.Data), `"rules":`, `"Rules":["x"],"rules":`, 1))
		},
	} {
		again := *cs
		act := *e.Approved
		again.Acts = []*pipeline.Event{{Approved: &act, Seq: 9}}
		approvers, at := []Approver{by}, now
		break_(&again, &approvers, &at)
		a, faults := ReadApprovals(&again, approvers, at)
		if ok := a.Waives(person, "gravatar", "gdpr-35-dpia", nil); ok != "" || len(faults) != 1 || !strings.Contains(faults[0].Error(), "line 9") {
			t.Errorf("%s: %q, %v", name, ok, faults)
		}
	}
}

// stored returns a case as it comes back from the disk.
func stored(t testing.TB, events ...*pipeline.Event) *pipeline.Case {
	dir := t.TempDir()
	f, err := pipeline.Create(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, e := range events {
		if err := f.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	cs, err := pipeline.Read(filepath.Join(dir, "case"))
	if err != nil {
		t.Fatal(err)
	}
	return cs
}
