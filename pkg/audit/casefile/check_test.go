package casefile

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/audit"
	"osint/pkg/audit/internal/eyewitness"
	"osint/pkg/pipeline"
)

// A made case: what a run writes, with proofs by a ledger.
type madeCase struct {
	t      testing.TB
	home   string // of the machine that made it
	dir    string
	folder *pipeline.Folder
	ledger *audit.Ledger
	raw    []string // digests of answers in clear
	answer pipeline.Exchange
	person pipeline.Entity
}

// makeCase makes a case with answers in clear and sealed, a sealed value, a proof,
// reports and a proof over these.
func makeCase(t testing.TB) *madeCase {
	t.Helper()
	home := t.TempDir()
	m := &madeCase{t: t, home: home, dir: filepath.Join(home, "case")}
	var err error
	if m.ledger, err = audit.Open(filepath.Join(home, "audit"), filepath.Join(home, "keys"), audit.Options{Tool: "osint test"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.ledger.Close() })
	if m.folder, err = pipeline.Create(m.dir, filepath.Join(home, "keys")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.folder.Close() })
	v := m.folder.Vault()
	m.person = v.SealEntity(pipeline.Entity{Kind: pipeline.KindPerson, Value: "ada example"})
	target := pipeline.Entity{Kind: pipeline.KindDomain, Value: "a.example"}
	m.add(pipeline.Event{Opened: &pipeline.Opened{Case: v.Case, Seeds: []pipeline.Entity{target}, TLP: "TLP:AMBER", Resolved: json.RawMessage("{}")}})
	store := pipeline.NewStore(filepath.Join(m.dir, "evidence"))
	for i := range 5 {
		digest, err := store.Put(fmt.Appendf(nil, "answer %d %s", i, strings.Repeat("x", 100*i)))
		if err != nil {
			t.Fatal(err)
		}
		m.raw = append(m.raw, digest)
		m.add(pipeline.Event{Exchanged: &pipeline.Exchange{ID: pipeline.ExchangeID(fmt.Sprint("x", i)), Task: pipeline.TaskKey{Collector: "dns", Subject: target}, Kept: pipeline.KeepRaw, SHA256: digest}})
	}
	if m.answer.SHA256, m.answer.Kid, err = v.SealBody([]byte("what Ada said")); err != nil {
		t.Fatal(err)
	}
	m.answer.ID, m.answer.Task, m.answer.Kept = "x9", pipeline.TaskKey{Collector: "dns", Subject: m.person}, pipeline.KeepSealed
	m.add(pipeline.Event{Exchanged: &m.answer})
	m.add(pipeline.Event{Observed: &pipeline.Observation{ID: "o1", Subject: target, Predicate: "has-contact", Object: &m.person, Category: pipeline.Contact, Asked: target, Exchanges: []pipeline.ExchangeID{"x9"}}})
	m.add(pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete"}})
	m.attest()
	m.report()
	m.attest()
	return m
}

func (m *madeCase) add(e pipeline.Event) {
	m.t.Helper()
	if err := m.folder.Append(&e); err != nil {
		m.t.Fatal(err)
	}
}

// rewrap compresses an answer again, under another header or with something behind.
func (m *madeCase) rewrap(i int, head func(*gzip.Writer), behind string) {
	m.t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(m.read(blobName(m.raw[i]))))
	if err != nil {
		m.t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		m.t.Fatal(err)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	head(w)
	w.Write(text)
	w.Close()
	m.write(blobName(m.raw[i]), append(out.Bytes(), behind...))
}

func (m *madeCase) attest() {
	m.t.Helper()
	a, err := m.ledger.Attest(m.folder.Vault().Case, filepath.Join(m.dir, "case.jsonl"))
	if err != nil {
		m.t.Fatal(err)
	}
	e, err := a.Event()
	if err != nil {
		m.t.Fatal(err)
	}
	m.add(*e)
}

// report writes three files that print the first proof, as reports do.
func (m *madeCase) report() {
	m.t.Helper()
	cs, err := pipeline.Read(m.dir)
	if err != nil {
		m.t.Fatal(err)
	}
	a := cs.Covering(cs.Lines)
	claim, _ := json.Marshal(map[string]any{"case": map[string]any{"id": m.folder.Vault().Case, "lines": cs.Lines}, "attestation": a})
	type file struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
	}
	data := map[string]any{"lines": cs.Lines}
	var files []file
	for name, text := range map[string]string{
		"reports/report.json": string(claim),
		"reports/report.html": `<p>x</p><pre id="checkpoint">` + a.Checkpoint + "</pre>",
		"reports/report.pdf":  "%PDF-1.7\n/Keywords (TLP:AMBER, osint-checkpoint:" + base64.StdEncoding.EncodeToString([]byte(a.Checkpoint)) + ")\n",
	} {
		m.write(name, []byte(text))
		sum := sha256.Sum256([]byte(text))
		files = append(files, file{name, hex.EncodeToString(sum[:])})
	}
	data["files"] = files
	text, _ := json.Marshal(data)
	m.add(pipeline.Event{Reported: &pipeline.Act{What: "json, html, pdf", Data: text}})
}

func (m *madeCase) path(name string) string { return filepath.Join(m.dir, filepath.FromSlash(name)) }

func (m *madeCase) read(name string) []byte {
	m.t.Helper()
	b, err := os.ReadFile(m.path(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return b
}

func (m *madeCase) write(name string, data []byte) {
	m.t.Helper()
	os.MkdirAll(filepath.Dir(m.path(name)), 0o700)
	if err := os.WriteFile(m.path(name), data, 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// change replaces a text in a file, which must be there.
func (m *madeCase) change(name, old, new string) {
	m.t.Helper()
	b := m.read(name)
	if !bytes.Contains(b, []byte(old)) {
		m.t.Fatalf("%s holds no %q", name, old)
	}
	m.write(name, bytes.Replace(b, []byte(old), []byte(new), 1))
}

// lines keeps some lines of the case.
func (m *madeCase) lines(from, to int) {
	all := bytes.SplitAfter(m.read("case.jsonl"), []byte("\n"))
	m.write("case.jsonl", bytes.Join(all[from:to], nil))
}

func (m *madeCase) check(want audit.Verdict, text string) *Result {
	m.t.Helper()
	c, err := Check(m.dir, filepath.Join(m.home, "keys"))
	if err != nil {
		m.t.Fatal(err)
	}
	if c.Verdict() != want {
		m.t.Fatalf("%v, want %v: %+v", c.Verdict(), want, c.Faults)
	}
	if text != "" && !strings.Contains(fmt.Sprintf("%+v", c.Faults), text) {
		m.t.Errorf("nothing says %q: %+v", text, c.Faults)
	}
	return c
}

// erase destroys what the case has of Ada, as osint does, and says so.
func (m *madeCase) erase(kids, digests []string) {
	data, _ := json.Marshal(map[string]any{"kids": kids, "digests": digests})
	m.add(pipeline.Event{Erased: &pipeline.Act{By: "dpo", What: "art. 17", Data: data}})
	m.attest()
}

func token(e pipeline.Entity) (kid, digest string) {
	kid, digest, _ = strings.Cut(strings.TrimPrefix(e.Value, "sealed:"), ":")
	return kid, digest
}

func TestCheck(t *testing.T) {
	m := makeCase(t)
	c := m.check(0, "")
	if c.Attested != c.Lines-1 || len(c.Proofs) != 2 || c.Evidence != (Evidence{Answers: 6, Sealed: 1}) || len(c.Reports) != 3 || !c.Reports[0].OK {
		t.Errorf("%+v", c)
	}
}

// TestMatrix holds the rows of the tamper matrix that are about a case.
func TestMatrix(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(*madeCase)
		want audit.Verdict
		says string
	}{
		{"22-erased", func(m *madeCase) {
			kid, digest := token(m.person)
			m.erase([]string{kid, m.answer.Kid}, []string{digest, m.answer.SHA256})
			os.Remove(m.path(blobName(m.answer.SHA256)))
			m.write("evidence/sealed.jsonl", nil)
			pipeline.ForgetKeys(filepath.Join(m.home, "keys"), m.folder.Vault().Case)
		}, 0, ""},
		{"22-key-alone-destroyed", func(m *madeCase) {
			kid, _ := token(m.person)
			m.erase([]string{kid, m.answer.Kid}, nil)
			pipeline.ForgetKeys(filepath.Join(m.home, "keys"), m.folder.Vault().Case)
		}, 0, ""},
		{"22-report-erased", func(m *madeCase) {
			data, _ := json.Marshal(map[string]any{"reports": []string{"reports/report.pdf"}})
			m.add(pipeline.Event{Erased: &pipeline.Act{What: "reports", Data: data}})
			m.attest()
			os.Remove(m.path("reports/report.pdf"))
		}, 0, ""},
		{"24-report-erased-not-attested", func(m *madeCase) {
			data, _ := json.Marshal(map[string]any{"reports": []string{"reports/report.pdf"}})
			m.add(pipeline.Event{Erased: &pipeline.Act{What: "reports", Data: data}})
			os.Remove(m.path("reports/report.pdf"))
		}, 24, "is not there"},
		{"23-ciphertext-missing", func(m *madeCase) { os.Remove(m.path(blobName(m.answer.SHA256))) }, 23, "is missing"},
		{"23-sealed-value-missing", func(m *madeCase) { os.Remove(m.path("evidence/sealed.jsonl")) }, 23, "sealed value"},
		{"23-answer-missing", func(m *madeCase) { os.Remove(m.path(blobName(m.raw[2]))) }, 23, "is missing"},
		{"23-erasure-not-attested", func(m *madeCase) {
			data, _ := json.Marshal(map[string]any{"digests": []string{m.raw[2]}})
			m.add(pipeline.Event{Erased: &pipeline.Act{What: "mine", Data: data}})
			os.Remove(m.path(blobName(m.raw[2])))
		}, 23, "that is attested"},
		{"24-key-still-there", func(m *madeCase) {
			kid, digest := token(m.person)
			m.erase([]string{kid, m.answer.Kid}, []string{digest, m.answer.SHA256})
			os.Remove(m.path(blobName(m.answer.SHA256)))
			m.write("evidence/sealed.jsonl", nil)
		}, 24, "still in this machine's key store"},
		{"24-answer-still-there", func(m *madeCase) { m.erase(nil, []string{m.raw[1]}) }, 24, "was erased, and"},
		{"25-ciphertext-moved", func(m *madeCase) { m.write(blobName(m.answer.SHA256), m.read(blobName(m.raw[0]))) }, 20, "holds other bytes"},
		{"25-sealed-value-moved", func(m *madeCase) {
			_, digest := token(m.person)
			m.change("evidence/sealed.jsonl", digest, strings.Repeat("0", 32))
		}, 20, "the ciphertext is not the one"},
		{"26-answer-swapped", func(m *madeCase) {
			a, b := m.read(blobName(m.raw[0])), m.read(blobName(m.raw[1]))
			m.write(blobName(m.raw[0]), b)
			m.write(blobName(m.raw[1]), a)
		}, 20, "holds other bytes"},
		{"26-answer-written-anew", func(m *madeCase) {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			w.Write([]byte("nothing to see"))
			w.Close()
			m.write(blobName(m.raw[3]), z.Bytes())
		}, 20, "holds other bytes"},
		{"26-answer-with-a-remark", func(m *madeCase) { m.rewrap(0, func(w *gzip.Writer) { w.Comment = "seen" }, "") }, 20, "its header says something beside"},
		{"26-answer-with-a-name", func(m *madeCase) { m.rewrap(0, func(w *gzip.Writer) { w.Name = "x" }, "") }, 20, "its header says something beside"},
		{"26-answer-with-a-time", func(m *madeCase) { m.rewrap(0, func(w *gzip.Writer) { w.ModTime = time.Unix(1, 0) }, "") }, 20, "its header says something beside"},
		{"26-answer-of-another-system", func(m *madeCase) { m.rewrap(0, func(w *gzip.Writer) { w.OS = 3 }, "") }, 20, "its header says something beside"},
		{"26-answer-wrapped-as-it-was", func(m *madeCase) { m.rewrap(0, func(*gzip.Writer) {}, "") }, 0, ""},
		{"26-answer-with-an-empty-one-behind", func(m *madeCase) {
			var z bytes.Buffer
			gzip.NewWriter(&z).Close()
			m.rewrap(0, func(*gzip.Writer) {}, z.String())
		}, 20, "something stands behind"},
		{"26-answer-with-a-byte-behind", func(m *madeCase) { m.rewrap(0, func(*gzip.Writer) {}, "\x00") }, 20, "something stands behind"},
		{"26-answer-is-a-link", func(m *madeCase) {
			os.Remove(m.path(blobName(m.raw[0])))
			os.Symlink("/etc/hostname", m.path(blobName(m.raw[0])))
		}, 20, "no plain file"},
		{"34-pdf-altered", func(m *madeCase) { m.change("reports/report.pdf", "AMBER", "CLEAR") }, 20, "is not the report that line"},
		{"34-json-altered", func(m *madeCase) { m.write("reports/report.json", append(m.read("reports/report.json"), '\n')) }, 20, "is not the report that line"},
		{"34-report-of-nobody", func(m *madeCase) { m.write("reports/summary.txt", []byte("all is well")) }, 24, "no line says that it was made"},
		{"34-report-of-another-case", func(m *madeCase) {
			m.write("reports/other.json", bytes.Replace(m.read("reports/report.json"), []byte(`"id":"c-`), []byte(`"id":"c-f`), 1))
		}, 20, "says that it is of case"},
		{"34-checkpoint-of-another", func(m *madeCase) {
			m.write("reports/other.html", bytes.Replace(m.read("reports/report.html"), []byte("osint.local/"), []byte("osint.local/f"), 1))
		}, 20, "does not have"},
		{"34-report-missing", func(m *madeCase) { os.Remove(m.path("reports/report.pdf")) }, 24, "is not there"},

		{"case-line-changed", func(m *madeCase) { m.change("case.jsonl", "a.example", "b.example") }, 20, "are not those that were attested"},
		{"case-line-taken-out", func(m *madeCase) {
			all := bytes.SplitAfter(m.read("case.jsonl"), []byte("\n"))
			m.write("case.jsonl", bytes.Join(slices.Delete(all, 3, 4), nil))
		}, 20, "follows"},
		{"case-line-broken", func(m *madeCase) { m.change("case.jsonl", `{"seq":4`, `{seq":4`) }, 20, "line 4"},
		{"case-cut-to-its-first-proof", func(m *madeCase) { m.lines(0, 10) }, 24, "no line says that it was made"},
		{"case-without-proofs", func(m *madeCase) { m.lines(0, 9) }, 23, "no Attested line"},
		{"case-of-a-killed-run", func(m *madeCase) { m.lines(0, 7) }, 23, "osint resume goes on with it"},
		{"case-longer-than-its-proof", func(m *madeCase) { m.add(pipeline.Event{Noted: &pipeline.Act{What: "seen"}}) }, 24, "line 13 stands after"},
		{"case-much-longer-than-its-proof", func(m *madeCase) {
			m.add(pipeline.Event{Noted: &pipeline.Act{What: "seen"}})
			m.add(pipeline.Event{Noted: &pipeline.Act{What: "seen again"}})
		}, 24, "2 lines, from 13 on"},
		{"case-not-ended", func(m *madeCase) { m.write("case.jsonl", append(m.read("case.jsonl"), `{"seq":`...)) }, 24, "not ended"},
		{"case-with-a-file-of-nobody", func(m *madeCase) { m.write("evidence/ab/cd.gz", []byte("x")) }, 24, "that no line names"},
		{"case-that-desktops-looked-at", func(m *madeCase) {
			m.write("Thumbs.db", []byte("x"))
			m.write("reports/.DS_Store", []byte("x"))
			m.write("evidence/desktop.ini", []byte("x"))
		}, 0, ""},
		{"proof-of-another-case", func(m *madeCase) {
			a, err := m.ledger.Attest("c-0000000000000000", m.path("case.jsonl"))
			if err != nil {
				m.t.Fatal(err)
			}
			e, _ := a.Event()
			m.add(*e)
		}, 20, "is of case c-0000000000000000"},
		{"proof-that-says-more", func(m *madeCase) { m.change("case.jsonl", `"what":"lines 1 to 11, by`, `"what":"all is well, by`) }, 24, "beside its proof"},
		{"proof-signed-by-nobody", func(m *madeCase) {
			all := bytes.Split(m.read("case.jsonl"), []byte("\n"))
			last := string(all[11])
			i := strings.LastIndex(last, "— osint.local/")
			i += strings.Index(last[i+20:], " ") + 30
			m.change("case.jsonl", last[i:i+4], "AAAA")
		}, 20, "does not hold"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := makeCase(t)
			m.check(0, "")
			row.do(m)
			m.check(row.want, row.says)
		})
	}
}

// TestBitFlips flips bits in every part of a case: what changed says so.
func TestBitFlips(t *testing.T) {
	m := makeCase(t)
	m.check(0, "")
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	var names []string
	filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel(m.dir, path); !d.IsDir() && rel != "lock" {
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	flip := func(name string, at int, bit byte) {
		whole := m.read(name)
		changed := bytes.Clone(whole)
		changed[at] ^= bit
		m.write(name, changed)
		defer m.write(name, whole)
		c, err := Check(m.dir, "")
		if err != nil {
			t.Fatal(err)
		}
		if c.Verdict() == audit.Sound && (at < 10 || content(name, changed) != content(name, whole)) { // 10: of what is compressed, the header
			t.Errorf("%s: bit %08b of byte %d: nothing says that it changed: %q", name, bit, at, changed[max(0, at-20):min(len(changed), at+20)])
		}
	}
	for _, name := range names {
		size := len(m.read(name))
		for range 40 {
			flip(name, random.IntN(size), 1<<random.IntN(8))
		}
		if name == "case.jsonl" { // the proofs themselves, every byte
			last := bytes.LastIndexByte(m.read(name)[:size-1], '\n') + 1
			for at := last + random.IntN(3); at < size; at += 3 {
				flip(name, at, 1<<random.IntN(8))
			}
		}
	}
}

// content is what a file says: of a compressed one what it holds.
func content(name string, data []byte) string {
	if !strings.HasSuffix(name, ".gz") {
		return string(data)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return "broken"
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return "broken"
	}
	return string(text)
}

// TestAttestationIsExact refuses proofs whose base64 or key number is written in
// another way that reads the same.
func TestAttestationIsExact(t *testing.T) {
	m := makeCase(t)
	a, err := m.ledger.Attest(m.folder.Vault().Case, m.path("case.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := a.Check(); err != nil {
		t.Fatal(err)
	}
	spare := func(b64 string) string { // sets a bit that holds nothing
		i := strings.TrimRight(b64, "=\n")
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		at := strings.IndexByte(alphabet, i[len(i)-1])
		return i[:len(i)-1] + string(alphabet[at^1]) + b64[len(i):]
	}
	for what, change := range map[string]func(*audit.Attestation){
		"signature": func(a *audit.Attestation) { a.Checkpoint = spare(a.Checkpoint) },
		"hash":      func(a *audit.Attestation) { a.Proof[0] = spare(a.Proof[0]) },
		"key number": func(a *audit.Attestation) {
			parts := strings.SplitN(a.Key, "+", 3)
			a.Key = parts[0] + "+" + strings.ToUpper(parts[1]) + "+" + parts[2]
		},
	} {
		b := *a
		b.Proof = slices.Clone(a.Proof)
		if change(&b); b.Checkpoint == a.Checkpoint && b.Key == a.Key && b.Proof[0] == a.Proof[0] {
			continue // a number without letters
		}
		if _, _, _, err := b.Check(); err == nil {
			t.Errorf("a %s that is written otherwise passes", what)
		}
	}
}

// TestWitness counts the cosignature of a witness that is known, and
// warns of one that is not.
func TestWitness(t *testing.T) {
	m := makeCase(t)
	a, err := m.ledger.Attest(m.folder.Vault().Case, m.path("case.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	w := eyewitness.New("witness.example")
	a.Checkpoint = string(w.Cosign([]byte(a.Checkpoint), time.Unix(1_790_000_000, 0)))
	e, err := a.Event()
	if err != nil {
		t.Fatal(err)
	}
	m.add(*e)
	if c := m.check(audit.Warned, "keys that are not known here: 1"); c.Level() != audit.Local {
		t.Errorf("level %s by a witness that nobody knows", c.Level())
	}
	c, err := Check(m.dir, "", w.VKey())
	if err != nil || c.Verdict() != audit.Sound || c.Level() != audit.Witnessed || len(c.Proofs[2].Witnesses) != 1 {
		t.Errorf("%v: %+v", err, c)
	}
	if c, err := Check(m.dir, "", eyewitness.New("witness.example").VKey()); err != nil || c.Verdict() == audit.Sound {
		t.Errorf("another of the same name counts: %v", err)
	}
	if _, err := Check(m.dir, "", "nobody"); !errors.Is(err, audit.ErrWitness) {
		t.Error(err)
	}
}
