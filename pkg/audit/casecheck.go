package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// A CaseCheck is what a case folder turned out to be, judged by itself.
type CaseCheck struct {
	Case     string       `json:"case"`     // id
	Lines    uint64       `json:"lines"`    // that could be read
	Attested uint64       `json:"attested"` // lines that the last proof which holds covers
	Proofs   []CaseProof  `json:"proofs"`   // in the order of their lines
	Evidence CaseEvidence `json:"evidence"`
	Reports  []CaseReport `json:"reports"` // files, sorted
	Faults   []CaseFault  `json:"faults"`
}

// A CaseProof is one Attested line that holds.
type CaseProof struct {
	Line        uint64    `json:"line"`  // where it stands
	Lines       uint64    `json:"lines"` // it covers
	At          time.Time `json:"at"`
	Ledger      string    `json:"ledger"`
	Seq         int64     `json:"seq"`
	Size        int64     `json:"size"` // of the tree that was signed
	Key         string    `json:"key"`
	Fingerprint string    `json:"fingerprint"`
	Known       string    `json:"known"`               // how the key is known; "" if it isn't
	Witnesses   []string  `json:"witnesses,omitempty"` // who saw the checkpoint, and when

	checkpoint string
}

// CaseEvidence counts answers and sealed values, each once.
type CaseEvidence struct {
	Answers int `json:"answers"` // whose bytes are what their line says
	Sealed  int `json:"sealed"`  // values whose ciphertext is what its token says
	Erased  int `json:"erased"`  // gone, and an Erased line says so
	Missing int `json:"missing"` // gone, and no line says why
}

// A CaseReport is one rendered file.
type CaseReport struct {
	Name string `json:"name"` // below the case folder
	Line uint64 `json:"line"` // of the newest Reported line that names it; 0: none does
	OK   bool   `json:"ok"`   // it is what that line says
}

// A CaseFault is one thing that is not as it should be.
type CaseFault struct {
	Code Verdict `json:"code"`
	What string  `json:"what"` // lines, proof, key, evidence, erasure, report, folder
	Text string  `json:"text"`
}

// Verdict returns the worst that a fault stands for.
func (c *CaseCheck) Verdict() (worst Verdict) {
	for _, f := range c.Faults {
		worst = Stronger(worst, f.Code)
	}
	return worst
}

// Level returns how far a good verdict can be trusted: what the last proof that
// holds was signed by.
func (c *CaseCheck) Level() Level {
	if n := len(c.Proofs); n > 0 && len(c.Proofs[n-1].Witnesses) > 0 {
		return Witnessed
	}
	return Local
}

// Add adds a fault.
func (c *CaseCheck) Add(code Verdict, what, format string, args ...any) {
	c.Faults = append(c.Faults, CaseFault{code, what, fmt.Sprintf(format, args...)})
}

// longest is how long a line of a case that somebody sent may be: what is longer
// was not written by us, and is not read into memory.
const longest = 64 << 20

// mostAlike is how many faults of one kind are told one by one.
const mostAlike = 20

// CheckCase checks a case folder by what lies in it: its lines against the
// proofs among them, its evidence against its lines, its reports against both.
// It writes nothing, asks nobody and reads as a stream. keysDir is this
// installation's key store: an erased key must not be in it. Whether the keys
// that signed are to be trusted, [KnownKeys] says. witnesses are the keys of those
// whose cosignatures on a checkpoint count.
//
// The error is of a folder that can't be read, or an [ErrWitness]; all else is a
// fault.
func CheckCase(dir, keysDir string, witnesses ...string) (*CaseCheck, error) {
	watchers, err := readWitnesses(witnesses)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	r := &caseReader{root: root, witnesses: watchers, sum: sha256.New(), blobs: map[[32]byte]bool{}, lost: map[string]lostEvidence{}, tokens: map[string]lostEvidence{},
		issued: map[string][]issue{}, told: map[string]int{},
		CaseCheck: CaseCheck{Proofs: []CaseProof{}, Reports: []CaseReport{}, Faults: []CaseFault{}}}
	if err := r.readLines(); err != nil {
		return nil, err
	}
	r.judgeProofs()
	r.readPack()
	r.judgeErasure(keysDir)
	if err := r.readFolder(); err != nil {
		return nil, err
	}
	r.judgeReports()
	for _, what := range []string{"lines", "proof", "evidence", "erasure", "report", "folder"} {
		if n := r.told[what] - len(r.alike(what).Faults); n > 0 {
			r.Add(r.worstOf(what), what, "and %d more like these", n)
		}
	}
	return &r.CaseCheck, nil
}

// A caseReader hears the lines of a case and remembers what has to be compared.
type caseReader struct {
	CaseCheck
	root      *os.Root
	witnesses []*witness
	sum       hash.Hash // of the lines before the one that is heard
	told      map[string]int

	attestations int
	last         uint64 // line of the last proof that holds
	adopted      uint64 // lines that it does not vouch for
	erasures     []erasing
	issued       map[string][]issue // Reported lines by the file's name, in order

	blobs  map[[32]byte]bool       // answers that a line names
	lost   map[string]lostEvidence // those that are not there, by digest
	tokens map[string]lostEvidence // sealed values by digest; those not met in the pack stay
	gz     unpacker
}

// fault adds a fault, unless many alike were added and none was better.
func (r *caseReader) fault(code Verdict, what, format string, args ...any) {
	if r.told[what]++; r.told[what] <= mostAlike || code.weight() > r.worstOf(what).weight() {
		r.Add(code, what, format, args...)
	}
}

// alike returns the faults of one kind that are told.
func (r *caseReader) alike(what string) (c CaseCheck) {
	for _, f := range r.Faults {
		if f.What == what {
			c.Faults = append(c.Faults, f)
		}
	}
	return c
}

func (r *caseReader) worstOf(what string) Verdict {
	c := r.alike(what)
	return c.Verdict()
}

// readLines reads the case file.
func (r *caseReader) readLines() error {
	info, err := r.root.Lstat("case.jsonl")
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("case.jsonl is no plain file")
	}
	f, err := r.root.Open("case.jsonl")
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := pipeline.Replay(&lineBound{r: f}, r)
	var broken *pipeline.BrokenCase
	switch {
	case errors.As(err, &broken):
		r.fault(Tampered, "lines", "line %d: %v", broken.Line, broken.Err)
	case errors.Is(err, errLong):
		r.fault(Tampered, "lines", "line %d: %v", r.Lines+1, err)
	case err != nil:
		return err
	case size < info.Size():
		r.fault(Warned, "lines", "%d bytes after line %d are no line: the last one is not ended", info.Size()-size, r.Lines)
	}
	if r.Case == "" && err == nil {
		r.fault(Tampered, "lines", "the case has no first line that says whose it is")
	}
	return nil
}

var errLong = fmt.Errorf("it is longer than %d MiB", longest>>20)

// lineBound reads as r does, until a line is too long.
type lineBound struct {
	r    io.Reader
	line int
}

func (b *lineBound) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	for _, c := range p[:n] {
		if b.line++; c == '\n' {
			b.line = 0
		}
	}
	if b.line > longest {
		return 0, errLong
	}
	return n, err
}

// Sync implements [pipeline.Sink].
func (r *caseReader) Sync() error { return nil }

// Event implements [pipeline.Sink].
func (r *caseReader) Event(e *pipeline.Event) error {
	r.Lines = e.Seq
	switch {
	case e.Opened != nil && e.Seq == 1:
		r.Case = e.Opened.Case
	case e.Attested != nil:
		r.attested(e)
	case e.Exchanged != nil && e.Exchanged.SHA256 != "":
		r.answer(e.Seq, e.Exchanged)
	case e.Erased != nil:
		r.erased(e)
	case e.Reported != nil:
		r.reported(e)
	}
	r.sealedIn(e)
	r.sum.Write(e.Line())
	r.sum.Write([]byte{'\n'})
	return nil
}

// absent reports whether an error means that a file is not there.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Drop takes out the faults of one kind, to be judged again.
func (c *CaseCheck) Drop(what string) {
	c.Faults = slices.DeleteFunc(c.Faults, func(f CaseFault) bool { return f.What == what })
}
