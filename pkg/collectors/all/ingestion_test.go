package all

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// strict is a gate that lets everything be asked, keeps answers that may hold
// data about people as it says, and rules on observations as a policy does that
// handles such data so.
type strict struct {
	admitting
	law *compliance.Gate
}

func newStrict(keep pipeline.Keep) strict {
	h := compliance.Categories{pipeline.Technical: compliance.AllowIt, pipeline.Registration: compliance.AllowIt}
	for _, c := range pipeline.Categories() {
		if c.Personal() {
			h[c] = map[pipeline.Keep]compliance.Handling{pipeline.KeepSealed: compliance.Seal}[keep]
			if keep != pipeline.KeepSealed || c == pipeline.Credential {
				h[c] = compliance.Redact
			}
		}
	}
	return strict{admitting{keep}, compliance.New(compliance.Policy{Profile: "strict", Persons: compliance.ByLaw, Categories: h,
		TLP: compliance.Marking{Default: compliance.Amber, Widest: compliance.Amber}}, compliance.Job{Active: true})}
}

func (g strict) Keep(s pipeline.Spec, o pipeline.Observation) (pipeline.Observation, pipeline.Ruling) {
	return g.law.Keep(s, o)
}

// ingest investigates a world, everything in one folder: case, keys, the
// cache, what processes share, temporary files. With dies it kills itself with
// the nth line.
func ingest(t testing.TB, world, dir string, keep pipeline.Keep, dies int) *pipeline.Case {
	w, err := lab.Open(world)
	if err != nil {
		t.Fatal(err)
	}
	_, o := serveFor(t, w, 0)
	o.CacheDir, o.StateDir = filepath.Join(dir, "cache"), filepath.Join(dir, "state")
	n, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	f, err := pipeline.Open(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	if err != nil {
		f, err = pipeline.Create(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sinks := f.Sinks()
	if dies > 0 {
		sinks = append(sinks, &reaper{left: dies})
	}
	run := &pipeline.Run{Gate: newStrict(keep), Vault: f.Vault(), Pacer: n}
	run.Scope.Seeds = entities(t, w.Seeds()...)
	run.Opened.Limits = pipeline.Limits{Depth: 2, Entities: 60, Workers: 16, Timeout: 2 * time.Minute}
	for _, e := range Entries() {
		run.Collectors = append(run.Collectors, collectors.Bind(n, e))
	}
	if f.Case != nil && f.Case.Opened != nil {
		run.Past = f.Case
	}
	cs, err := run.Do(t.Context(), sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

// A reaper kills its own process.
type reaper struct{ left int }

func (r *reaper) Event(*pipeline.Event) error {
	if r.left--; r.left < 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	}
	return nil
}

func (r *reaper) Sync() error { return nil }

// TestIngestionVictim is the process that dies.
func TestIngestionVictim(t *testing.T) {
	what := strings.Split(os.Getenv("OSINT_INGEST"), ":")
	if len(what) != 4 {
		t.Skip("a part of TestNothingReachesADiskInClear")
	}
	n, _ := strconv.Atoi(what[2])
	ingest(t, what[0], what[3], pipeline.Keep(what[1]), n)
}

// No byte of what was planted as a person's reaches a disk in clear, whether
// answers are sealed, derived or not kept, in whichever form it came: not in
// evidence, not in a cache, not in a temporary file, and not where the process
// was killed at work.
func TestNothingReachesADiskInClear(t *testing.T) {
	for _, world := range []string{"brindleford", "quellenau"} {
		for _, keep := range []pipeline.Keep{pipeline.KeepSealed, pipeline.KeepDerived, pipeline.KeepNone} {
			t.Run(world+"/"+string(keep), func(t *testing.T) {
				w, err := lab.Open(world)
				if err != nil {
					t.Fatal(err)
				}
				planted := formsOf(w.Personal())
				dir := t.TempDir()
				cs := ingest(t, world, dir, keep, 0)
				nothingPlanted(t, dir, planted)
				sealed := 0
				for _, x := range cs.Exchanges {
					if len(x.Excess) > 0 && x.Kept != pipeline.KeepSealed && x.SHA256 != "" {
						t.Errorf("%s holds what its collector did not say, and is kept %s", x.Locator, x.Kept)
					}
					sealed += min(len(x.Excess), 1)
				}
				if v := cs.Closed.Verified; v.Excess != sealed || world == "brindleford" && sealed == 0 || len(v.Bad)+len(v.Unruled) > 0 {
					t.Errorf("%d answers beyond a manifest; verified is %+v", sealed, v)
				}
				ownKeys(t, cs)
				if testing.Short() {
					return
				}
				for _, part := range []int{3, 2} {
					died := t.TempDir()
					cmd := exec.Command(os.Args[0], "-test.run=^TestIngestionVictim$")
					cmd.Env = append(os.Environ(), fmt.Sprintf("OSINT_INGEST=%s:%s:%d:%s", world, keep, int(cs.Seq)/part, died), "TMPDIR="+filepath.Join(died, "tmp"))
					if err := os.Mkdir(filepath.Join(died, "tmp"), 0o700); err != nil {
						t.Fatal(err)
					}
					out, _ := cmd.CombinedOutput()
					if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGKILL {
						t.Fatalf("it was not killed: %s", out)
					}
					nothingPlanted(t, died, planted)
					if part == 3 {
						ingest(t, world, died, keep, 0) // resumed
						nothingPlanted(t, died, planted)
					}
				}
			})
		}
	}
}

var letters = regexp.MustCompile(`^[a-z]+\.[a-z]+@`)

// formsOf adds to values how a message of DNS has the mailbox of a person.
func formsOf(values []string) []string {
	for _, v := range values {
		if local, domain, ok := strings.Cut(v, "@"); ok && letters.MatchString(v) {
			first, _, _ := strings.Cut(domain, ".")
			values = append(values, local+string(rune(len(first)))+first, local+"\xc0", local+"%40", strings.ReplaceAll(local, ".", `\.`)+"."+first)
		}
	}
	return values
}

// ownKeys holds that nothing sealed shares a key with anything else: each value
// and each answer has its own, so that one can be destroyed alone.
func ownKeys(t *testing.T, cs *pipeline.Case) {
	t.Helper()
	of := map[string]string{} // by key
	own := func(kid, what string) {
		if other := of[kid]; kid == "" || other != "" {
			t.Errorf("%s is sealed under the key %q of %s", what, kid, other)
		}
		of[kid] = what
	}
	for _, e := range cs.Sealed {
		own(pipeline.KeyOf(e.Value), e.String())
	}
	for _, x := range cs.Exchanges {
		if x.Kept == pipeline.KeepSealed && x.SHA256 != "" {
			own(x.Kid, string(x.ID))
		}
	}
	for _, o := range cs.Observations { // a record about a person can't be sealed, and is not there
		if _, text := o.Value.(string); o.Category.Personal() && o.Value != nil && !text {
			t.Errorf("%s %s is %s data in a value that is no text: %v", o.Subject, o.Predicate, o.Category, o.Value)
		}
	}
}
