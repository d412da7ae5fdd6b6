package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"osint/pkg/audit"
)

// verify lets the tool verify a ledger of n entries, a checkpoint for each 64,
// and proves single entries of it, each time in a process of its own. The floor
// is reading the file.
func verify(binary, n string) error {
	const runs = 5
	home, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	if _, err := child("verify-fill", home, n); err != nil {
		return err
	}
	var took, cpu, rss, floor []float64
	for range runs {
		began := time.Now()
		if _, err := os.ReadFile(filepath.Join(home, "state", "audit", audit.File)); err != nil {
			return err
		}
		floor = append(floor, time.Since(began).Seconds())
		cmd := exec.Command(binary, "audit", "verify")
		cmd.Env, cmd.Stderr = append(os.Environ(), "OSINT_HOME="+home), os.Stderr
		began = time.Now()
		said, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("audit verify: %w: %s", err, said)
		}
		use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		took = append(took, time.Since(began).Seconds())
		cpu = append(cpu, float64(use.Utime.Nano()+use.Stime.Nano())/1e9)
		rss = append(rss, float64(use.Maxrss)/1024)
	}
	fmt.Printf("%-30s %s s, %s s of CPU, %s MiB  goal for 1,000,000: 2.5 s, 48 MiB (%d runs)\n", "verify "+n+" entries", spread(took, "%.2f"), spread(cpu, "%.2f"), spread(rss, "%.0f"), runs)
	fmt.Printf("%-30s %s s\n", "floor: read the file", spread(floor, "%.2f"))
	return proofs(home)
}

// proofs measures one proof in a fresh process, and those that follow.
func proofs(home string) error {
	const runs = 21
	var open, first, later []float64
	for range runs {
		t, err := child("verify-prove", home)
		if err != nil {
			return err
		}
		open, first, later = append(open, t.Steps[0].Seconds*1e3), append(first, t.Steps[1].Seconds*1e3), append(later, t.Steps[2].Seconds/proofsAfter*1e3)
	}
	fmt.Printf("%-30s %s ms  goal 1 ms (%d processes; opening the ledger before it: %s ms)\n", "first proof of a process", spread(first, "%.2f"), runs, spread(open, "%.1f"))
	fmt.Printf("%-30s %s ms\n", "each of the next 100", spread(later, "%.2f"))
	return nil
}

const proofsAfter = 100

// verifyProve proves entries chosen at random from a ledger that it opens.
func verifyProve(home string) error {
	t := new(timing)
	var l *audit.Reader
	err := t.take("open", func() (err error) {
		l, err = audit.OpenReader(filepath.Join(home, "state", "audit"))
		return err
	})
	if err != nil {
		return err
	}
	defer l.Close()
	size, err := l.Size()
	if err != nil {
		return err
	}
	prove := func() error {
		_, _, err := l.Prove(rand.Int64N(size), size)
		return err
	}
	if err := t.take("first", prove); err != nil {
		return err
	}
	err = t.take("next", func() error {
		for range proofsAfter {
			if err := prove(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

// verifyFill makes a ledger of n entries in an installation: cases of a hundred
// leads, each ruled on and asked of three collectors. A commit is 64 entries,
// and has a checkpoint.
func verifyFill(home string, n int) error {
	l, err := audit.Open(filepath.Join(home, "state", "audit"), filepath.Join(home, "state", "keys"), audit.Options{Actor: "bench", Tool: "bench"})
	if err != nil {
		return err
	}
	t := new(timing)
	err = t.take("fill", func() error {
		var s story
		for range n / 64 {
			if _, err := l.Append(s.wave()...); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

// A story is the acts of made-up cases, one after another.
type story struct{ waves, line int }

// wave returns 64 acts: nine leads, and the segment of their lines.
func (s *story) wave() (acts []audit.Act) {
	if s.waves%11 == 0 {
		s.line = 0 // another case
	}
	id := fmt.Sprintf("c-%016x", s.waves/11)
	first := s.line + 1
	tell := func(t audit.Type, b audit.Body) {
		s.line++
		b["line"], b["at"] = s.line, int64(1764140000000)+int64(s.line)
		acts = append(acts, audit.Act{Type: t, Case: id, Body: b})
	}
	collectors := []string{"dns", "tls", "web"}
	for i := range 9 {
		host := fmt.Sprintf("h%06d.corp.example", s.waves*9+i)
		decision := s.line + 1
		tell(audit.CaseRuling, audit.Body{"kind": "host", "subject": host, "scope": "subject",
			"groups": []audit.Body{{"verdict": "allow", "rule": "mode", "keep": "raw", "collectors": collectors}}})
		for _, c := range collectors {
			tell(audit.TaskStart, audit.Body{"collector": c, "kind": "host", "subject": host, "attempt": 1, "decision": decision})
		}
		for _, c := range collectors {
			tell(audit.TaskFinish, audit.Body{"collector": c, "source": c, "kind": "host", "subject": host, "outcome": "ok", "elapsed_ms": 48,
				"exchanges": 1, "observations": 3, "bytes": 4096, "cost_microusd": 0})
		}
	}
	s.waves++
	return append(acts, audit.Act{Type: audit.Segment, Case: id, Body: audit.Body{"first": first, "last": s.line, "sha256": strings.Repeat("9f86d081884c7d65", 4)}})
}
