package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// reviewed makes a case in which two questions about one person wait for review,
// and one is denied, and puts it on record. It returns its folder and the
// person's token.
func reviewed(t *testing.T, investigator string) (dir, token string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "case")
	f, err := pipeline.Create(dir, filepath.Join(os.Getenv("OSINT_HOME"), "state", "keys"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	jane := f.Vault().SealEntity(pipeline.Entity{Kind: pipeline.KindEmail, Value: "jane@corp.example"})
	fired := func(rule string, outcome pipeline.Verdict, unknown ...string) pipeline.FiredRule {
		return pipeline.FiredRule{Framework: "gdpr", Rule: rule, Cite: "Art. 35", Outcome: outcome, Unknown: unknown, Remedy: "Do the assessment."}
	}
	ruling := func(v pipeline.Verdict, rules ...pipeline.FiredRule) pipeline.Ruling {
		return pipeline.Ruling{Verdict: v, Rule: rules[0].Rule, Cite: rules[0].Cite, Keep: pipeline.KeepSealed, Law: &pipeline.ByLaw{Applied: []string{"gdpr"}, Fired: rules}}
	}
	for _, e := range []*pipeline.Event{
		{Opened: &pipeline.Opened{Schema: 1, Case: f.Vault().Case, Seeds: []pipeline.Entity{jane}, TLP: "TLP:AMBER", Investigator: investigator, Resolved: json.RawMessage("{}")}},
		{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: jane}, Scope: "subject", Groups: []pipeline.Group{
			{Ruling: ruling(pipeline.ReviewIt, fired("gdpr-35-dpia", pipeline.ReviewIt, "target.minor")), Collectors: []string{"gravatar"}},
			{Ruling: ruling(pipeline.ReviewIt, fired("gdpr-44-transfer", pipeline.ReviewIt)), Collectors: []string{"keybase"}},
			{Ruling: ruling(pipeline.Deny, fired("gdpr-9-primary", pipeline.Deny)), Collectors: []string{"beliefs"}},
		}}},
		{Closed: &pipeline.Closed{Outcome: "complete"}},
	} {
		if err := f.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	return dir, jane.String()
}

// approvedBy writes an organisation's document that names one approver by his key.
func approvedBy(t *testing.T, id, key string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	write(t, path, fmt.Sprintf(`apiVersion: osint.compliance/v1
kind: Organisation
metadata: {id: acme, version: "1"}
organisation: {legal_name: Acme, establishments: [DE], commercial: true, public_authority: false, allowed_purposes: [own-exposure]}
retention: {max_days: 365}
approvers: [{id: %s, roles: [dpo], keys: ["%s"]}]
`, id, strings.TrimSpace(key)))
	t.Setenv("OSINT_POLICY", path)
}

// TestApprove is the life of an approval: seen, signed here or elsewhere, in the
// case, on record, and verified where the case is sent.
func TestApprove(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here: nobody can sign")
	}
	home(t)
	dir, token := reviewed(t, "k.lang")
	keys := t.TempDir()
	for _, name := range []string{"key", "other"} {
		if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(keys, name)).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
	}
	key, other := filepath.Join(keys, "key"), filepath.Join(keys, "other")
	approvedBy(t, "a.meyer", read(t, key+".pub"))

	out, errs, code := runHere(t, "compliance", "approve", dir)
	if code != 0 || !strings.Contains(errs, "2 questions wait for review") || strings.Contains(out, "jane") {
		t.Fatal(out, errs, code)
	}
	for _, want := range []string{"gravatar", "gdpr-35-dpia (gdpr, Art. 35)", "Not known: target.minor", "To do: Do the assessment.", "keybase", "gdpr-44-transfer", token} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "beliefs") {
		t.Errorf("a denial waits for nobody: %s", out)
	}

	good := []string{"--by", "a.meyer", "--reason", "LIA-7", "--expires", "30d", "--key", key}
	but := func(flags ...string) []string {
		return append([]string{"compliance", "approve", dir, "--adopt", "made by a test"}, flags...)
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nobody", but("--reason", "r", "--expires", "1d", "--key", key), "write --by ID"},
		{"no reason", but("--by", "a.meyer", "--expires", "1d", "--key", key), "write --reason TEXT"},
		{"no end", but("--by", "a.meyer", "--reason", "r", "--key", key), "write --expires 30d"},
		{"for good", but("--by", "a.meyer", "--reason", "r", "--expires", "2999-01-01", "--key", key), "more than 366 days"},
		{"no key", but("--by", "a.meyer", "--reason", "r", "--expires", "1d"), "write --key FILE to sign here"},
		{"himself", but("--by", "k.lang", "--reason", "r", "--expires", "1d", "--key", key), "nobody approves his own"},
		{"a stranger", but("--by", "x.y", "--reason", "r", "--expires", "1d", "--key", key), "x.y is no approver in the organisation's document, which names a.meyer"},
		{"another's key", but("--by", "a.meyer", "--reason", "r", "--expires", "1d", "--key", other), "is none of a.meyer's"},
		{"a public key", but("--by", "a.meyer", "--reason", "r", "--expires", "1d", "--key", key+".pub"), "public key"},
		{"a denial", but(append(good, "--rule", "gdpr-9-primary")...), "a denial is never waived"},
		{"a collector that is denied", but(append(good, "--collector", "beliefs")...), "nothing of the kind waits"},
		{"somebody else", but(append(good, "--subject", "max@corp.example")...), "--subject ENTITY: nothing of the kind waits"},
		{"two ways", but(append(good, "--print-statement")...), "write --key FILE to sign here"},
		{"a signature of what", but("--signature", key), "name it with --statement"},
	} {
		_, errs, code := runHere(t, c.args...)
		if code != badUsage || !strings.Contains(errs, c.want) || strings.Contains(errs, "max@") {
			t.Errorf("%s: %d, %s", c.name, code, errs)
		}
	}
	if strings.Contains(read(t, dir+"/case.jsonl"), `"approved"`) {
		t.Fatal("something was approved")
	}

	// Signed here, for one collector, about her by name.
	out, errs, code = runHere(t, but(append(good, "--collector", "gravatar", "--subject", "jane@corp.example", "--json")...)...)
	if code != 0 || strings.Contains(out, "jane") || !strings.Contains(out, `"target.minor"`) || strings.Contains(out, "gdpr-44") {
		t.Fatal(out, errs, code)
	}
	out, errs, _ = runHere(t, "compliance", "approve", dir)
	if !strings.Contains(out, "approved by a.meyer: osint resume asks it") || !strings.Contains(errs, "1 question waits") {
		t.Error(out, errs)
	}

	// Signed elsewhere.
	statement := filepath.Join(keys, "statement")
	out, errs, code = runHere(t, "compliance", "approve", dir, "--by", "a.meyer", "--reason", "LIA-7", "--expires", "2099-01-01", "--collector", "keybase", "--print-statement")
	if code == 0 {
		t.Errorf("for longer than a year: %s", out)
	}
	out, errs, code = runHere(t, "compliance", "approve", dir, "--by", "a.meyer", "--reason", "LIA-7", "--expires", "30d", "--collector", "keybase", "--print-statement")
	if code != 0 {
		t.Fatal(errs)
	}
	write(t, statement, out)
	if out, err := exec.Command(keygen, "-Y", "sign", "-n", "osint-approval@v1", "-f", key, statement).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	if _, errs, code = runHere(t, but("--signature", statement+".sig", "--by", "a.meyer")...); code != badUsage {
		t.Error(errs)
	}
	elsewhere, _ := reviewed(t, "k.lang")
	if _, errs, code = runHere(t, "compliance", "approve", elsewhere, "--adopt", "made by a test", "--signature", statement+".sig"); code != badUsage || !strings.Contains(errs, "the approval is of case") {
		t.Error(errs)
	}
	if _, errs, code = runHere(t, but("--signature", statement+".sig")...); code != 0 || !strings.Contains(errs, "osint resume") {
		t.Fatal(errs)
	}
	if _, errs, _ = runHere(t, "compliance", "approve", dir); !strings.Contains(errs, "nothing waits for review") {
		t.Error(errs)
	}

	// On record, without the reason, and verified in the folder that is sent.
	out, _, _ = runHere(t, "audit", "log", "--type", "case.act", "--json")
	print := regexp.MustCompile(`SHA256:\S+`).FindString(output(t, keygen, "-lf", key+".pub"))
	for _, want := range []string{`"approver"`, print, "gdpr-35-dpia", "gdpr-44-transfer", "statement_sha256", "entered_by"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "LIA-7") || strings.Contains(out, "jane") {
		t.Errorf("the record says why: %s", out)
	}
	// An approver who takes up the case himself has approved nothing.
	approvedBy(t, "a.meyer", read(t, other+".pub"))
	if out, errs, _ = runHere(t, "compliance", "approve", dir); !strings.Contains(errs, "does not hold") || strings.Contains(out, "approved by") {
		t.Error(out, errs)
	}
	t.Setenv("OSINT_POLICY", "")
	if _, errs, code = runHere(t, "compliance", "approve", elsewhere, "--by", "a.meyer", "--reason", "r", "--expires", "1d", "--key", key, "--adopt", "t"); code != badUsage || !strings.Contains(errs, "names no approvers") {
		t.Error(errs)
	}
	approvedBy(t, "a.meyer", read(t, key+".pub"))
	nobodys, _ := reviewed(t, "")
	if _, errs, code = runHere(t, "compliance", "approve", nobodys, "--by", "a.meyer", "--reason", "r", "--expires", "1d", "--key", key); code != badUsage || !strings.Contains(errs, "--investigator") {
		t.Error(errs)
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %s", name, args, out)
	}
	return string(out)
}
