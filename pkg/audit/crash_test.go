package audit

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"osint/pkg/audit/recheck"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("OSINT_AUDIT_VICTIM"); dir != "" {
		os.Exit(victim(dir))
	}
	if dir := os.Getenv("OSINT_AUDIT_RUN"); dir != "" {
		os.Exit(runVictim(dir))
	}
	os.Exit(m.Run())
}

func long() bool { return os.Getenv("OSINT_LONG") != "" }

// victim appends until it is killed, and says after each batch how many entries
// are on disk.
func victim(dir string) int {
	for {
		l, err := Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), Options{Tool: "osint test"})
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		for i := range 20 {
			first, err := l.Append(acts(1 + rand.IntN(40))...)
			if err == nil && i%7 == 6 {
				_, err = l.Rotate("again")
			}
			if err != nil {
				fmt.Println("error", err)
				return 1
			}
			fmt.Println(first + 1)
		}
		if err := l.Close(); err != nil {
			fmt.Println("error", err)
			return 1
		}
	}
}

// intact fails unless a ledger is whole, an unsealed end apart, has as many
// entries as were acknowledged, and can be written to.
func (s *site) intact(what string, acknowledged int64) {
	s.tb.Helper()
	v := s.verify(Checks{})
	if v.Verdict == Incomplete && acknowledged == 0 { // it was killed while it made the file
		s.append(Options{}, acts(1)...)
		v = s.verify(Checks{})
	}
	if v.Verdict != Sound && v.Verdict != Warned || v.Size < acknowledged {
		s.tb.Fatalf("%s: %v, %d entries of %d: %+v", what, v.Verdict, v.Size, acknowledged, v.Flaws)
	}
	if code, why := recheck.Verify(s.path, s.keys); code != int(v.Verdict) && code != 0 {
		s.tb.Fatalf("%s: the second verifier says %d: %v", what, code, why)
	}
	s.append(Options{}, acts(3)...)
	if v := s.verify(Checks{}); v.Verdict != Sound {
		s.tb.Fatalf("%s, and written on: %v: %+v", what, v.Verdict, v.Flaws)
	}
}

// testKill kills a process that writes, at any moment.
func testKill(t *testing.T, _ *site) {
	s := emptySite(t)
	rounds := 8
	if long() {
		rounds = 200
	}
	for i := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "OSINT_AUDIT_VICTIM="+s.dir)
		out, err := cmd.StdoutPipe()
		s.must(err)
		s.must(cmd.Start())
		lines := bufio.NewScanner(out)
		if i > 0 && !lines.Scan() { // the first may die before it has made anything
			t.Fatal("the victim said nothing")
		}
		time.AfterFunc(time.Duration(rand.Int64N(int64(60*time.Millisecond))), func() { cmd.Process.Kill() })
		acknowledged := int64(0)
		for ok := i > 0; ok || lines.Scan(); ok = false {
			if strings.HasPrefix(lines.Text(), "error") {
				t.Fatal(lines.Text())
			}
			acknowledged, _ = strconv.ParseInt(lines.Text(), 10, 64)
		}
		cmd.Wait()
		if w, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || w.Signal() != syscall.SIGKILL {
			t.Fatalf("the victim ended by itself: %v", cmd.ProcessState)
		}
		if _, err := os.Stat(s.path); err == nil {
			s.intact(fmt.Sprintf("kill %d", i), acknowledged)
		}
	}
}

// testWritePoints cuts the log of SQLite at every place where a process can have
// died that wrote it: it writes nothing else before its commits are there.
func testWritePoints(t *testing.T, _ *site) {
	s := emptySite(t)
	l := s.open(Options{})
	for range 6 {
		_, err := l.Append(acts(30)...)
		s.must(err)
	}
	log, err := os.ReadFile(s.path + "-wal")
	s.must(err)
	file, err := os.ReadFile(s.path)
	s.must(err)
	keys := s.copy(t)
	s.close(l)
	frame := int(binary.BigEndian.Uint32(log[8:])) + 24
	step := frame * 5
	if long() {
		step = frame / 2
	}
	for n := 0; n <= len(log); n += step {
		for _, at := range []int{n, n + 11, n + frame - 7} {
			c := keys.copy(t)
			s.must(os.WriteFile(c.path, file, 0o600))
			s.must(os.WriteFile(c.path+"-wal", log[:min(at, len(log))], 0o600))
			os.Remove(c.path + "-shm")
			os.Remove(headFile(c.keys, s.id()))
			c.intact(fmt.Sprintf("%d of %d bytes of the log", at, len(log)), 0)
			s.must(os.RemoveAll(c.dir))
		}
	}
}

// testFull lets the disk run full.
func testFull(t *testing.T, base *site) {
	s := base.copy(t)
	l := s.open(Options{})
	var pages int
	s.must(l.s.QueryRowContext(context.Background(), "PRAGMA page_count").Scan(&pages))
	_, err := l.s.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+8))
	s.must(err)
	acknowledged := int64(0)
	for err = nil; err == nil; {
		var first int64
		if first, err = l.Append(acts(20)...); err == nil {
			acknowledged = first + 20
		}
	}
	if !strings.Contains(err.Error(), "full") {
		t.Fatal(err)
	}
	if v := s.verify(Checks{}); v.Verdict != Sound && v.Verdict != Warned || v.Size != acknowledged {
		t.Errorf("full: %v, %d entries of %d: %+v", v.Verdict, v.Size, acknowledged, v.Flaws)
	}
	_, err = l.s.ExecContext(context.Background(), "PRAGMA max_page_count = 1000000")
	s.must(err)
	_, err = l.Append(acts(20)...)
	s.must(err)
	s.close(l)
	s.intact("room again", acknowledged+20)
}

// TestHalfMade leaves a ledger as a process does that is killed while the file
// is made: its first page is written, and what undoes that still lies beside it.
func TestHalfMade(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, File)
	whole := filepath.Join(t.TempDir(), "audit")
	openTest(t, filepath.Dir(whole), Options{}).Close()
	page, err := os.ReadFile(filepath.Join(whole, File))
	if err != nil {
		t.Fatal(err)
	}
	page[18], page[19] = 1, 1 // not WAL yet
	if err := os.WriteFile(path, page[:4096], 0o600); err != nil {
		t.Fatal(err)
	}
	journal := make([]byte, 512) // hot, and of no page: the file was empty
	copy(journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
	binary.BigEndian.PutUint32(journal[20:], 512)
	binary.BigEndian.PutUint32(journal[24:], 4096)
	if err := os.WriteFile(path+"-journal", journal, 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(t.Context(), dir, t.TempDir(), Checks{})
	if err != nil || v.Verdict != Incomplete {
		t.Fatalf("%v: %+v", err, v)
	}
	l, err := Open(dir, t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
