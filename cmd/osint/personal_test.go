package main

import (
	"bytes"
	"compress/gzip"
	"html"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors/lab"
)

// A place is where the tests of what leaves look: a folder with all that a
// program writes, and what it prints.
type place struct {
	t       *testing.T
	dir     string
	planted []string
	env     []string
}

func newPlace(t *testing.T, world string) *place {
	t.Helper()
	w, err := lab.Open(world)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Personal()) == 0 {
		t.Fatal("the world plants no personal value")
	}
	p := &place{t: t, dir: t.TempDir(), planted: w.Personal()}
	p.env = append(os.Environ(), "OSINT_HOME="+p.at("home"), "TMPDIR="+p.at("tmp"), "OSINT_INVESTIGATOR=k.lang")
	if err := os.Mkdir(p.at("tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *place) at(name ...string) string { return filepath.Join(append([]string{p.dir}, name...)...) }

func (p *place) write(name, text string) string {
	p.t.Helper()
	if err := os.WriteFile(p.at(name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return p.at(name)
}

// run runs osint, which must end with one of the codes, and returns what it
// printed.
func (p *place) run(codes []int, args ...string) (out, errs string) {
	p.t.Helper()
	cmd := exec.Command("osint", args...)
	cmd.Env = p.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // the code says more
	if !slices.Contains(codes, cmd.ProcessState.ExitCode()) {
		p.t.Errorf("osint %s: exit code %d, want one of %v\n%s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), codes, stderr.Bytes())
	}
	return stdout.String(), stderr.String()
}

// find returns the first planted value in a text, or "": also one that is folded
// over lines, defanged, or escaped.
func (p *place) find(text string) string {
	fold := func(s string) string {
		s = strings.NewReplacer("[.]", ".", "[@]", "@", "%40", "@", "%2b", "+", "%20", " ", `\u002b`, "+").Replace(strings.ToLower(html.UnescapeString(s)))
		return strings.Join(strings.Fields(s), "")
	}
	low := fold(text)
	for _, v := range p.planted {
		if strings.Contains(low, fold(v)) {
			return v
		}
	}
	return ""
}

// clean runs osint, which prints nobody.
func (p *place) clean(codes []int, args ...string) (out, errs string) {
	p.t.Helper()
	out, errs = p.run(codes, args...)
	for name, text := range map[string]string{"stdout": out, "stderr": errs} {
		if v := p.find(text); v != "" {
			p.t.Errorf("osint %s: %s holds %q", strings.Join(args, " "), name, v)
		}
	}
	return out, errs
}

// files holds that no file in the place has a planted value but those that may;
// and that each of these has one.
func (p *place) files(may ...string) {
	p.t.Helper()
	seen, shown := 0, map[string]bool{}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := unpacked(path)
		if err != nil {
			return err
		}
		seen++
		rel, err := filepath.Rel(p.dir, path)
		v := p.find(string(text))
		if v != "" && !slices.Contains(may, rel) {
			p.t.Errorf("%s holds %q", rel, v)
		}
		shown[rel] = v != ""
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if seen < 10 {
		p.t.Errorf("only %d files were looked into", seen)
	}
	for _, m := range may {
		if !shown[m] {
			p.t.Errorf("%s shows nobody, though it may", m)
		}
	}
}

// What a world plants as personal stands in clear nowhere: on no stream, in
// no file of the case, in none of the folders beside it.
func TestPersonalValuesStandNowhereInClear(t *testing.T) {
	t.Parallel()
	for _, progress := range []string{"plain", "jsonl"} {
		t.Run(progress, func(t *testing.T) {
			p := newPlace(t, "brindleford")
			p.clean([]int{done}, "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--verbose", "--out", p.at("case"), "--progress", progress)
			p.everyWayOut("case")
			p.files()
		})
	}
}

// everyWayOut goes every way out of a case that shows nobody: each must print
// nobody, and write nobody.
func (p *place) everyWayOut(name string) {
	p.t.Helper()
	dir := p.at(name)
	all := strings.Join(formatNames(), ",")
	p.env = append(slices.Clone(p.env), "GITHUB_STEP_SUMMARY="+p.at(name+"-summary.md"))
	p.clean([]int{done}, "report", dir, "--format", all, "--annotations", "always")
	p.clean([]int{done}, "report", dir, "--format", all, "--to", p.at(name+"-handout"))
	p.clean([]int{done}, "report", dir, "--json")
	for _, f := range formatNames() {
		p.clean([]int{done}, "report", dir, "--format", f, "--to", "-", "--recipient", "organization:Acme", "--audience", "named", "--recipient-country", "DE")
	}
	p.looks(dir, p.clean)
	p.machines(dir)
}

// looks looks at every section of a case.
func (p *place) looks(dir string, run func([]int, ...string) (string, string)) {
	p.t.Helper()
	run([]int{done}, "show", dir)
	run([]int{done}, "show", dir, "--json")
	for _, s := range sections() {
		run([]int{done}, "show", dir, s.name)
		run([]int{done}, "show", dir, s.name, "--json")
	}
}

// machines goes the ways out that end in a program, a list or a log.
func (p *place) machines(dir string) {
	p.t.Helper()
	for _, s := range sections() {
		p.clean([]int{done}, "show", dir, s.name, "--csv")
	}
	for _, args := range [][]string{{"cases", "list"}, {"cases", "list", "--json"}, {"audit", "log"}, {"audit", "log", "--json"}, {"status", "--json"},
		{"state", "show", "--json"}, {"compliance", "assess", dir}, {"compliance", "assess", dir, "--json"}} {
		p.clean([]int{done, notAsked, doubtful, badUsage}, args...)
	}
}

const lawfulOffice = `apiVersion: osint.compliance/v1
kind: Organisation
metadata: {id: acme-gmbh, version: "3", approved_by: dpo@acme.example, approved: 2026-11-01}
organisation:
  legal_name: Acme GmbH
  establishments: [DE]
  commercial: true
  public_authority: false
  allowed_purposes: [vendor-due-diligence]
  contact: privacy@acme.example
  dpo_contact: dpo@acme.example
  public_notice_url: https://acme.example/osint-notice
  ropa_ref: ROPA-2026-007
  storage_countries: [DE]
retention: {max_days: 365}
frameworks: [gdpr]
`

const lawfulMandate = `apiVersion: osint.compliance/v1
kind: Mandate
metadata: {reference: ENG-2026-044, date: 2026-11-20}
purpose: vendor-due-diligence
basis: legitimate-interests
target: {jurisdictions: [DE], minor: no}
` + lawfulReferences + `retention_days: 180
person_score: false
automated_decision: false
monitoring: false
`

const lawfulReferences = "references: {lia: LIA-1, dpia: DPIA-1, dpia_outcome: low, notice: direct, transfer_tool: scc-2021-914, tia: TIA-1}\n"

// investigates looks into people under a profile and what the mandate says
// beside the rest.
func (p *place) investigates(profile, name, more string, seeds ...string) {
	p.t.Helper()
	mandate := lawfulMandate + more
	if strings.Contains(more, "references:") {
		mandate = strings.Replace(mandate, lawfulReferences, "", 1)
	}
	p.env = append(slices.Clone(p.env), "OSINT_POLICY="+p.write("policy.yaml", lawfulOffice), "OSINT_TEST_NOW=2026-11-26T12:00:00Z")
	p.clean([]int{done, tooLittle, notAsked}, append(seeds, "--lab", "quellenau", "--profile", profile, "--mandate", p.write("mandate.yaml", mandate),
		"--out", p.at(name), "--verbose", "--format", strings.Join(formatNames(), ","), "--annotations", "always")...)
}

// humanly is what a mandate says where somebody with a name checks what is said
// of people.
const humanly = "human_review: true\nsources_attached: true\n"

var employee = []string{"investigate", "friederike.moosbrugger@quellenau.example"}

// A profile that shows nobody lets nobody out, whoever was looked into, and
// however they were found.
func TestPeopleStandInNothingThatLeaves(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"default", "strict-eu", "journalist"} {
		for _, seeds := range [][]string{{"investigate", "quellenau.example"}, employee, {"investigate", "account:funken.example/friedemoos", "quellenau.example"}} {
			p := newPlace(t, "quellenau")
			p.investigates(profile, "case", humanly, seeds...)
			p.everyWayOut("case")
			p.files()
		}
	}
}

// Where a profile shows people and law lets those who work on the case see
// them, they stand in what these read, that is on record, and nowhere else.
func TestPeopleStandInClearOnlyWhereThatIsRuledAndOnRecord(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "quellenau")
	p.investigates("person-diligence", "case", humanly, employee...)
	dir := p.at("case")
	const reports = `"disclosed":{"by":"k.lang","what":"reports: json, html, pdf, sarif, junit, gitlab"`
	if n := p.lines("case", `"clear":["contact","identity","online-id"]`); n != 1 || p.lines("case", reports) != 1 {
		t.Errorf("the reports of the run are on record %d times", n)
	}
	shown := []string{"case/reports/report.json", "case/reports/report.html", "case/reports/report.pdf"}
	p.files(shown...)

	before := p.count("disclosure")
	looked := 0
	p.looks(dir, func(codes []int, args ...string) (string, string) {
		out, errs := p.run(codes, args...)
		if p.find(errs) != "" {
			t.Errorf("osint %s: stderr shows people", strings.Join(args, " "))
		}
		if looked++; p.count("disclosure") != before+looked {
			t.Errorf("osint %s: that people were looked at is not on record", strings.Join(args, " "))
		}
		return out, errs
	})
	if out, _ := p.run([]int{done}, "show", dir, "entities"); p.find(out) == "" {
		t.Error("nobody is shown to those who work on the case")
	}
	if p.lines("case", `"disclosed"`) != 1 {
		t.Error("who looks at a case writes to it")
	}
	p.machines(dir)

	// Printed, it is a line of the case, with what it is.
	if out, _ := p.run([]int{done}, "report", dir, "--format", "html", "--to", "-"); p.find(out) == "" || p.lines("case", `"where":"stdout","audience":"organisation"`) != 1 ||
		p.lines("case", `"sha256":"`+digestOfBytes([]byte(out))) == 0 {
		t.Error("a report that was printed is not on record")
	}
	for _, f := range []string{"sarif", "junit", "gitlab"} {
		p.clean([]int{done}, "report", dir, "--format", f, "--to", "-")
	}
	p.clean([]int{done}, "report", dir, "--json", "--sealed")

	// To others it goes as law lets it. The recipient is sealed wherever it stands.
	p.planted = append(p.planted, "vera.audit@client.example")
	to := []string{"report", dir, "--format", "json", "--to", p.at("abroad"), "--audience", "clients", "--recipient", "vera.audit@client.example"}
	p.clean([]int{notAsked}, "report", dir, "--to", p.at("abroad"), "--audience", "public")
	p.clean([]int{done}, append(to, "--recipient-country", "DE")...)
	if p.lines("case", `"where":"files","audience":"clients","recipient":"sealed:`) != 1 {
		t.Error("to whom it went is not on record")
	}
	p.files(append(shown, "abroad/report.json")...)

	// What can't be put on record does not go out.
	if err := os.RemoveAll(p.at("home", "state", "audit")); err != nil {
		t.Fatal(err)
	}
	p.write("home/state/audit", "no ledger\n")
	_, errs := p.clean([]int{done}, "show", dir, "entities")
	if !strings.Contains(errs, "people are not shown in clear") {
		t.Errorf("why nobody is shown is not said: %s", errs)
	}
	if out, _ := p.run([]int{internal, incomplete, badUsage}, "report", dir, "--format", "html", "--to", "-"); p.find(out) != "" {
		t.Error("a report goes out that is not on record")
	}
}

// Who is not told where something goes lets nobody out to it.
func TestPeopleGoNowhereUnknown(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "quellenau")
	p.investigates("person-diligence", "case", humanly+"references: {lia: LIA-1, dpia: DPIA-1, dpia_outcome: low, notice: direct}\n", employee...)
	to := []string{"report", p.at("case"), "--format", "json,html", "--to", p.at("abroad"), "--recipient", "Vera Audit"}
	for country, want := range map[string]string{"": "It is not known: disclosure.recipient_country", "US": "gdpr-44-recipient", "DE": ""} {
		args, codes := to, []int{notAsked}
		if country != "" {
			args = append(slices.Clone(to), "--recipient-country", country)
		}
		if want == "" {
			codes = []int{done}
		}
		if _, errs := p.clean(codes, args...); !strings.Contains(errs, want) {
			t.Errorf("%q: %s is not said: %s", country, want, errs)
		}
	}
	p.planted = append(p.planted, "Vera Audit")
	p.files("case/reports/report.json", "case/reports/report.html", "case/reports/report.pdf", "abroad/report.json", "abroad/report.html")
}

// A review that nobody decided keeps people out of everything, however the
// profile would show them; who asks for more is told by what.
func TestAReviewKeepsPeopleOutOfReports(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "quellenau")
	p.investigates("person-diligence", "case", "", employee...)
	dir := p.at("case")
	p.looks(dir, p.clean)
	p.machines(dir)
	_, errs := p.clean([]int{notAsked}, "report", dir)
	for _, want := range []string{"gdpr-5d-accuracy", "Art. 5(1)(d)", "--sealed"} {
		if !strings.Contains(errs, want) {
			t.Errorf("%s is not said: %s", want, errs)
		}
	}
	p.clean([]int{done}, "report", dir, "--sealed")
	p.files()
}

// Without law at hand people stay in the house.
func TestWithoutLawPeopleStayInTheHouse(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "brindleford")
	text, _ := p.run([]int{done}, "profile", "show", "default")
	shows := p.write("shows.yaml", strings.NewReplacer("personal: omit", "personal: show", "id: default", "id: shows").Replace(text))
	p.clean([]int{done}, "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--profile", shows, "--out", p.at("case"), "--format", "json")
	if out, _ := p.run([]int{done}, "report", p.at("case"), "--json"); p.find(out) == "" {
		t.Error("nobody is shown to those who work on the case")
	}
	_, errs := p.clean([]int{done}, "report", p.at("case"), "--format", "json,pdf", "--to", p.at("out"), "--audience", "clients")
	if !strings.Contains(errs, "disclose.personal") {
		t.Errorf("why people are labels is not said: %s", errs)
	}
	p.files("case/reports/report.json")
}

// lines counts the lines of a case that have a text.
func (p *place) lines(name, text string) (n int) {
	p.t.Helper()
	all, err := os.ReadFile(p.at(name, caseFile))
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range strings.Lines(string(all)) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// count counts the entries of a type in the ledger.
func (p *place) count(kind string) int {
	p.t.Helper()
	out, _ := p.run([]int{done}, "audit", "log", "--type", kind, "--json")
	return strings.Count(out, `"seq":`)
}

// unpacked reads a file, and what is packed in it. A PDF is read with
// pdftotext where there is one.
func unpacked(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch filepath.Ext(path) {
	case ".gz":
		r, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return text, nil // sealed: not packed as such
		}
		return io.ReadAll(r)
	case ".pdf":
		if pdf, err := exec.Command("pdftotext", path, "-").Output(); err == nil {
			return append(text, pdf...), nil
		}
	}
	return text, nil
}
