package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func openTest(tb testing.TB, dir string, o Options) *Ledger {
	tb.Helper()
	if o.Tool == "" {
		o.Tool = "osint test"
	}
	l, err := Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), o)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func acts(n int) (out []Act) {
	for i := range n {
		out = append(out, Act{Type: TaskFinish, Case: "c-0123456789abcdef", Body: Body{"collector": "dns", "kind": "host", "subject": "a.example",
			"outcome": "ok", "elapsed_ms": i, "exchanges": 1, "observations": 3, "line": i, "at": 1764140000123, "source": "resolver", "bytes": 512, "cost_microusd": 0}})
	}
	return out
}

// TestTree holds the roots, the stored nodes and the proofs against sumdb's own
// way of storing every hash.
func TestTree(t *testing.T) {
	l := openTest(t, t.TempDir(), Options{})
	defer l.Close()
	var all []tlog.Hash
	read := tlog.HashReaderFunc(func(ix []int64) (out []tlog.Hash, err error) {
		for _, i := range ix {
			out = append(out, all[i])
		}
		return out, nil
	})
	put := func(seq int64) {
		leaf, err := leafAt(l.s, seq)
		if err != nil {
			t.Fatal(err)
		}
		hs, err := tlog.StoredHashes(seq, leaf, read)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, hs...)
	}
	put(0)
	for size := int64(1); size < 520; {
		n := 1 + size%7
		if _, err := l.Append(acts(int(n))...); err != nil {
			t.Fatal(err)
		}
		for ; n > 0; n-- {
			put(size)
			size++
		}
		want, err := tlog.TreeHash(size, read)
		if err != nil || l.edge.root() != want {
			t.Fatalf("root of %d entries differs: %v", size, err)
		}
		for _, seq := range []int64{0, size / 2, size - 1} {
			leaf, proof, err := l.Prove(seq, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(proof, size, want, seq, Hash(leaf)); err != nil {
				t.Fatalf("proof of %d in %d: %v", seq, size, err)
			}
		}
	}
}

// TestWriters lets several ledgers on one file and several goroutines on each
// write at once: no gap, no error, the checkpoints cover all.
func TestWriters(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 3 {
		l := openTest(t, dir, Options{})
		defer l.Close()
		for range 4 {
			wg.Go(func() {
				for i := range 25 {
					if _, err := l.Append(acts(1 + i%3)...); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	l := openTest(t, dir, Options{})
	defer l.Close()
	if want := int64(1 + 3*4*(25/3*6+1)); l.edge.size != want {
		t.Errorf("%d entries, want %d", l.edge.size, want)
	}
	e, err := edgeOf(l.edge.size, nodes{l.s})
	if err != nil || e.root() != l.edge.root() {
		t.Errorf("the stored nodes do not make the root: %v", err)
	}
}

func TestRotate(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	other := openTest(t, dir, Options{})
	old := l.Key()
	vkey, err := l.Rotate("yearly")
	if err != nil {
		t.Fatal(err)
	}
	c, err := other.Sign()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(c.Note, old, vkey); err != nil {
		t.Errorf("the rotation is not signed by both keys: %v", err)
	}
	if _, err := other.Append(acts(1)...); err != nil {
		t.Fatal(err)
	}
	if c, err = other.Sign(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(c.Note, vkey); err != nil {
		t.Errorf("a process that had the old key signs with it: %v", err)
	}
	if err := l.Revoke(old, 1, "it was on a stolen laptop"); err != nil {
		t.Fatal(err)
	}
	if err := l.Revoke(vkey, 1, "no"); err == nil {
		t.Error("the key that signs was revoked")
	}
	for _, x := range []*Ledger{l, other, openTest(t, dir, Options{})} {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSetBack(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	if _, err := l.Append(acts(3)...); err != nil {
		t.Fatal(err)
	}
	l.Close()
	path := filepath.Join(dir, "audit", File)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l = openTest(t, dir, Options{})
	l.Append(acts(3)...)
	l.Close()
	os.WriteFile(path, old, 0o600)
	_, err = Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), Options{})
	var back *SetBack
	if !errors.As(err, &back) || back.Had != 7 || back.Found != 4 {
		t.Fatalf("an older copy: %v", err)
	}
	if l, err = AcceptRollback(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), Options{}, "restored after a fire"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	openTest(t, dir, Options{}).Close()
}

func TestLostKey(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	l.Close()
	os.Remove(keyFile(l.keysDir, l.ID))
	_, err := Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), Options{})
	var lost *LostKey
	if !errors.As(err, &lost) {
		t.Fatal(err)
	}
}

func TestDamaged(t *testing.T) {
	for name, data := range map[string][]byte{"text": bytes.Repeat([]byte("no database "), 600), "cut": nil} {
		dir := t.TempDir()
		l := openTest(t, dir, Options{})
		l.Append(acts(200)...)
		l.Close()
		path := filepath.Join(dir, "audit", File)
		if data == nil {
			b, _ := os.ReadFile(path)
			data = b[:len(b)/2]
		}
		os.WriteFile(path, data, 0o600)
		_, err := Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), Options{})
		var d *Damaged
		if !errors.As(err, &d) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 24, 64, 256, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := openTest(b, b.TempDir(), Options{})
			defer l.Close()
			batch := acts(n)
			b.ResetTimer()
			start := time.Now()
			for range b.N {
				if _, err := l.Append(batch...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/time.Since(start).Seconds(), "leaves/s")
		})
	}
}

// TestSucceed loses the key of a ledger and goes on in another.
func TestSucceed(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	l.Append(acts(5)...)
	old, key, path := l.ID, l.Key(), keyFile(l.keysDir, l.ID)
	l.Close()
	ledgers, keys := filepath.Join(dir, "audit"), filepath.Join(dir, "keys")
	if _, _, err := Succeed(ledgers, keys, Options{}, "none"); err == nil {
		t.Fatal("a ledger that has its key was given up")
	}
	os.Remove(path)
	next, kept, err := Succeed(ledgers, keys, Options{}, "the disk broke")
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	leaf, _, err := next.Prove(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var first struct {
		Body struct {
			Previous struct{ Ledger, Checkpoint string }
		}
	}
	if err := json.Unmarshal(leaf, &first); err != nil || first.Body.Previous.Ledger != old {
		t.Fatalf("the new ledger does not name the old one: %s", leaf)
	}
	if c, err := OpenCheckpoint([]byte(first.Body.Previous.Checkpoint), key); err != nil || c.Size != 6 {
		t.Errorf("its last checkpoint: %v", err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
}

// TestHeartbeat opens a ledger on three days.
func TestHeartbeat(t *testing.T) {
	dir := t.TempDir()
	first := time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)
	for hours, want := range []int64{1, 2, 2, 2} {
		now := first.Add(time.Duration(hours) * time.Hour)
		l := openTest(t, dir, Options{Now: func() time.Time { return now }})
		if size, _, err := l.Head(); err != nil || size != want {
			t.Errorf("%s: %d entries, want %d (%v)", now, size, want, err)
		}
		l.Close()
	}
}
