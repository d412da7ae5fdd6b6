package audit

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// TestReader: what is read beside a writer is what was written, in order, and
// its tree has the checkpoints' roots, over a rotation of the key too.
func TestReader(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReader(filepath.Join(dir, "audit")); !errors.Is(err, ErrAbsent) {
		t.Fatalf("no ledger: %v", err)
	}
	l := openTest(t, dir, Options{})
	defer l.Close()
	for range 10 {
		if _, err := l.Append(acts(50)...); err != nil {
			t.Fatal(err)
		}
	}
	trap := Body{"act": "noted", "what": `","case":"x","ledger":"y","ts":1,"type":"z","v":1}`}
	if _, err := l.Append(Act{Type: CaseAct, Body: trap}, Act{Type: CaseAct, Case: "c-1", Body: trap}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Rotate("test"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(acts(70)...); err != nil {
		t.Fatal(err)
	}
	newest, err := l.Sign()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	size, err := s.Size()
	if err != nil || size != newest.Size {
		t.Fatalf("size %d, want %d: %v", size, newest.Size, err)
	}
	cs, err := s.Checkpoints(context.Background(), 0, size)
	if err != nil || len(cs) < 9 || string(cs[len(cs)-1].Note) != string(newest.Note) {
		t.Fatalf("%d checkpoints: %v", len(cs), err)
	}
	if keep, err := s.Lasting(context.Background(), cs); err != nil || len(keep) != 4 || keep[0].Size != 1 || keep[2].Size != keep[1].Size+1 || keep[3].Size != size {
		t.Errorf("of the checkpoints the first, the two of the rotation and the last are kept, not %d: %v", len(keep), err)
	}
	forged := append([]Checkpoint(nil), cs[len(cs)-1])
	forged[0].Note = bytes.Replace(forged[0].Note, []byte("\n\n"), []byte("\nmore\n\n"), 1)
	if _, err := s.Lasting(context.Background(), forged); err == nil {
		t.Error("a forged checkpoint is kept")
	}
	tree, err := s.Tree(0)
	if err != nil {
		t.Fatal(err)
	}
	next := cs
	err = s.Entries(context.Background(), 0, size, func(seq int64, leaf []byte) error {
		stub, err := ReadStub(leaf)
		full, err2 := ParseLeaf(leaf)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if seq != full.Seq || stub.Seq != full.Seq || stub.TS != full.Time.UnixMilli() || string(stub.Type) != string(full.Type) || string(stub.Case) != full.Case || string(stub.Ledger) != full.Ledger || s.ID != full.Ledger {
			t.Errorf("entry %d: its stub is %+v, it is %+v", seq, stub, full)
		}
		tree.Add(leaf)
		if len(next) > 0 && next[0].Size == tree.Size() {
			root, err := s.Root(tree.Size())
			if err != nil || root != tree.Root() || root != next[0].Root {
				t.Errorf("roots of %d entries differ: %v", tree.Size(), err)
			}
			if err := s.Extends(next[0].Size, root, size, newest.Root); err != nil {
				t.Errorf("%d entries: %v", next[0].Size, err)
			}
			other := root
			other[0]++
			if s.Extends(next[0].Size, other, size, newest.Root) == nil {
				t.Errorf("%d entries: another root passes", next[0].Size)
			}
			next = next[1:]
		}
		return nil
	})
	if err != nil || len(next) > 0 {
		t.Fatalf("%d checkpoints were not reached: %v", len(next), err)
	}
	var damaged *Damaged
	if err := s.Entries(context.Background(), size-1, size+1, func(int64, []byte) error { return nil }); !errors.As(err, &damaged) {
		t.Errorf("an entry that is not there: %v", err)
	}
}

// TestShipments: what was acknowledged never moves back, and the error of an
// attempt stays until the next goes well.
func TestShipments(t *testing.T) {
	l := openTest(t, t.TempDir(), Options{})
	defer l.Close()
	s, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	root, err := s.Root(1)
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(1764140000123).UTC()
	check := func(want Shipment) {
		t.Helper()
		got, err := s.Shipments(context.Background())
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%+v, want %+v: %v", got, want, err)
		}
	}
	step := func(err error, want Shipment) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		check(want)
	}
	step(l.NotShipped("db/audit", at, "down"), Shipment{"db/audit", 0, at, "down"})
	step(l.Acknowledged(Receipt{"db/audit", 7, root, at}), Shipment{"db/audit", 7, at, ""})
	step(l.NotShipped("db/audit", at.Add(time.Second), "down"), Shipment{"db/audit", 7, at.Add(time.Second), "down"})
	step(l.Acknowledged(Receipt{"db/audit", 5, root, at}), Shipment{"db/audit", 7, at, ""})
	step(l.Acknowledged(Receipt{"db/audit", 7, root, at}), Shipment{"db/audit", 7, at, ""})
	r, err := s.Receipts(context.Background())
	if err != nil || len(r) != 1 || r[0] != (Receipt{"db/audit", 7, root, at}) {
		t.Errorf("%+v: %v", r, err)
	}
}
