package risk_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"osint/pkg/pipeline"
	"osint/pkg/risk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What the model makes of one case. A difference means another model: give it
// another number, or take the change back.
func TestGolden(t *testing.T) {
	fs, a := weak(map[string]pipeline.Outcome{"web": pipeline.Timeout}).assess(t, risk.Options{Weights: map[string]float64{"INF": .8}})
	a.RulesSHA256 = "" // the wording of rules may change
	for i := range a.Checks {
		a.Checks[i].Title, a.Checks[i].Remediation, a.Checks[i].References = "", "", nil
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"findings": fs, "assessment": a}); err != nil {
		t.Fatal(err)
	}
	file := "testdata/osint-risk-1.json"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs (%v); go test ./pkg/risk -update writes it anew:\n%s", file, err, got.Bytes())
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	const head = "apiVersion: osint.rules/v1\nkind: Rules\nmodel: osint-risk/1\nrules:\n  - "
	const good = `{id: EML-01, title: "{subject}", vector: EML, family: a, severity: low, half_life: live, subjects: [domain], feeds: {dns: [caa-record]}, evidence: denials("caa-record"), detail: d, remediation: r, false_positive: f}`
	for _, c := range []struct{ from, to, want string }{
		{"osint-risk/1", "osint-risk/2", "want apiVersion"},
		{"EML-01", "EML1", "three capitals"},
		{"vector: EML", "vector: EMAIL", `no vector "EMAIL"`},
		{"severity: low", "severity: lowish", `not "lowish"`},
		{"half_life: live", "half_life: lives", "did you mean live?"},
		{`denials("caa-record")`, `denials("caa-recrd")`, "did you mean caa-record?"},
		{`denials("caa-record")`, `denials("spf-record")`, "none of its feeds tells it"},
		{`denials("caa-record")`, `seen("caa-record")`, "want an expression that gives a list"},
		{`"{subject}"`, `"{subjekt}"`, "nothing under with gives {subjekt}"},
		{"remediation: r", "remedy: r", "there is no key remedy here"},
	} {
		_, err := risk.Load(map[string][]byte{"f.yaml": []byte(strings.Replace(head+good, c.from, c.to, 1))})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "f.yaml") {
			t.Errorf("%s → %s: %v, want %q", c.from, c.to, err, c.want)
		}
	}
	for _, twice := range []string{head + good + "\n  - " + good, head + good + "\n  - " + strings.NewReplacer("EML-01", "INF-01", "vector: EML", "vector: INF").Replace(good)} {
		if _, err := risk.Load(map[string][]byte{"f.yaml": []byte(twice)}); err == nil {
			t.Error("one id twice, or one family in two vectors, goes unnoticed")
		}
	}
	if _, err := risk.Load(map[string][]byte{"f.yaml": []byte(head + good)}); err != nil {
		t.Error(err)
	}
}
