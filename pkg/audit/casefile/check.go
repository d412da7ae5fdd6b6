package casefile

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

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// A Result is what a case folder turned out to be, judged by itself.
type Result struct {
	Case      string     `json:"case"`     // id
	Lines     uint64     `json:"lines"`    // that could be read
	Attested  uint64     `json:"attested"` // lines that the last proof which holds covers
	Proofs    []Proof    `json:"proofs"`   // in the order of their lines
	Evidence  Evidence   `json:"evidence"`
	Reports   []Report   `json:"reports"`   // files, sorted
	Approvals []Approval `json:"approvals"` // whose signature holds
	Faults    []Fault    `json:"faults"`
}

// A Proof is one Attested line that holds.
type Proof struct {
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

// Evidence counts answers and sealed values, each once.
type Evidence struct {
	Answers int `json:"answers"` // whose bytes are what their line says
	Sealed  int `json:"sealed"`  // values whose ciphertext is what its token says
	Erased  int `json:"erased"`  // gone, and an Erased line says so
	Missing int `json:"missing"` // gone, and no line says why
}

// A Report is one rendered file.
type Report struct {
	Name string `json:"name"` // below the case folder
	Line uint64 `json:"line"` // of the newest Reported line that names it; 0: none does
	OK   bool   `json:"ok"`   // it is what that line says
}

// A Fault is one thing that is not as it should be.
type Fault struct {
	Code audit.Verdict `json:"code"`
	What string        `json:"what"` // lines, proof, key, evidence, erasure, approval, report, folder
	Text string        `json:"text"`
}

// Verdict returns the worst that a fault stands for.
func (c *Result) Verdict() (worst audit.Verdict) {
	for _, f := range c.Faults {
		worst = audit.Stronger(worst, f.Code)
	}
	return worst
}

// Level returns how far a good verdict can be trusted: what the last proof that
// holds was signed by.
func (c *Result) Level() audit.Level {
	if n := len(c.Proofs); n > 0 && len(c.Proofs[n-1].Witnesses) > 0 {
		return audit.Witnessed
	}
	return audit.Local
}

// Add adds a fault.
func (c *Result) Add(code audit.Verdict, what, format string, args ...any) {
	c.Faults = append(c.Faults, Fault{code, what, fmt.Sprintf(format, args...)})
}

// longest is how long a line of a case that somebody sent may be: what is longer
// was not written by us, and is not read into memory.
const longest = 64 << 20

// mostAlike is how many faults of one kind are told one by one.
const mostAlike = 20

// Check checks a case folder by what lies in it: its lines against the
// proofs among them, its evidence against its lines, its reports against both.
// It writes nothing, asks nobody and reads as a stream. keysDir is this
// installation's key store: an erased key must not be in it. Whether the keys
// that signed are to be trusted, [KnownKeys] says. witnesses are the keys of those
// whose cosignatures on a checkpoint count.
//
// The error is of a folder that can't be read, or an [audit.ErrWitness]; all else is a
// fault.
func Check(dir, keysDir string, witnesses ...string) (*Result, error) {
	watchers, err := audit.ReadWitnesses(witnesses)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	r := &reader{root: root, witnesses: watchers, sum: sha256.New(), blobs: map[[32]byte]bool{}, lost: map[string]lostEvidence{}, tokens: map[string]lostEvidence{},
		issued: map[string][]issue{}, told: map[string]int{},
		Result: Result{Proofs: []Proof{}, Reports: []Report{}, Approvals: []Approval{}, Faults: []Fault{}}}
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
	for _, what := range []string{"lines", "proof", "evidence", "erasure", "approval", "report", "folder"} {
		if n := r.told[what] - len(r.alike(what).Faults); n > 0 {
			r.Add(r.worstOf(what), what, "and %d more like these", n)
		}
	}
	return &r.Result, nil
}

// A reader hears the lines of a case and remembers what has to be compared.
type reader struct {
	Result
	root      *os.Root
	witnesses []*audit.Witness
	sum       hash.Hash // of the lines before the one that is heard
	told      map[string]int

	attestations int
	closed       bool
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
func (r *reader) fault(code audit.Verdict, what, format string, args ...any) {
	r.told[what]++
	if worst := r.worstOf(what); r.told[what] <= mostAlike || audit.Stronger(worst, code) != worst {
		r.Add(code, what, format, args...)
	}
}

// alike returns the faults of one kind that are told.
func (r *reader) alike(what string) (c Result) {
	for _, f := range r.Faults {
		if f.What == what {
			c.Faults = append(c.Faults, f)
		}
	}
	return c
}

func (r *reader) worstOf(what string) audit.Verdict {
	c := r.alike(what)
	return c.Verdict()
}

// readLines reads the case file.
func (r *reader) readLines() error {
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
		r.fault(audit.Tampered, "lines", "line %d: %v", broken.Line, broken.Err)
	case errors.Is(err, errLong):
		r.fault(audit.Tampered, "lines", "line %d: %v", r.Lines+1, err)
	case err != nil:
		return err
	case size < info.Size():
		r.fault(audit.Warned, "lines", "%d bytes after line %d are no line: the last one is not ended", info.Size()-size, r.Lines)
	}
	if r.Case == "" && err == nil {
		r.fault(audit.Tampered, "lines", "the case has no first line that says whose it is")
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
func (r *reader) Sync() error { return nil }

// Event implements [pipeline.Sink].
func (r *reader) Event(e *pipeline.Event) error {
	r.Lines = e.Seq
	switch {
	case e.Opened != nil && e.Seq == 1:
		r.Case = e.Opened.Case
	case e.Attested != nil:
		r.attested(e)
	case e.Closed != nil:
		r.closed = true
	case e.Exchanged != nil && e.Exchanged.SHA256 != "":
		r.answer(e.Seq, e.Exchanged)
	case e.Erased != nil:
		r.erased(e)
	case e.Approved != nil:
		r.approved(e)
	case e.Reported != nil:
		r.reported(e)
	}
	r.sealedIn(e)
	r.sum.Write(e.Line())
	r.sum.Write([]byte{'\n'})
	return nil
}

const hexDigits = "0123456789abcdef"

// absent reports whether an error means that a file is not there.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Drop takes out the faults of one kind, to be judged again.
func (c *Result) Drop(what string) {
	c.Faults = slices.DeleteFunc(c.Faults, func(f Fault) bool { return f.What == what })
}
