package audit

import (
	"encoding/hex"
	"fmt"
	"os"
	"testing"

	"osint/pkg/audit/recheck"
)

// The tree of Certificate Transparency's own vectors: eight leaves, and the root
// after each.
func TestVectors(t *testing.T) {
	var e edge
	if got := hex.EncodeToString(rootOf(&e)); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("no leaves: %s", got)
	}
	for i, v := range [][2]string{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		leaf, _ := hex.DecodeString(v[0])
		e.push(Hash(leaf), nil)
		if got := hex.EncodeToString(rootOf(&e)); got != v[1] {
			t.Errorf("%d leaves: %s", i+1, got)
		}
	}
}

func rootOf(e *edge) []byte {
	h := e.root()
	return h[:]
}

// Ledgers of every size at which the tree or the reading of it changes shape are
// whole, and one entry changed in them is not.
func testSizes(t *testing.T, _ *site) {
	sizes := []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025}
	const chunk = int(chunkSize)
	for _, n := range []int{chunk, 2 * chunk} {
		sizes = append(sizes, n-1, n, n+1)
	}
	s := emptySite(t)
	have := 1
	s.close(s.open(Options{}))
	for _, n := range sizes {
		if n > have {
			s.append(Options{}, acts(n-have)...)
			have = n
		}
		v := s.verify(Checks{})
		if v.Verdict != Sound || v.Size != int64(n) || v.Sealed != int64(n) {
			t.Fatalf("%d entries: %v of %d: %+v", n, v.Verdict, v.Size, v.Flaws)
		}
		l := s.open(Options{})
		size, root, err := l.edge.size, l.edge.text(), l.Close()
		if err != nil || size != int64(n) || root != v.Root {
			t.Errorf("%d entries: the root is %s, and the writer's %s", n, v.Root, root)
		}
		if code, why := recheck.Verify(s.path, s.keys); code != 0 {
			t.Errorf("%d entries: the second verifier says %d: %v", n, code, why)
		}
		if n > 300 && n != chunk+1 { // a copy of what is large takes a while
			continue
		}
		broken := s.copy(t)
		broken.sql(fmt.Sprintf("UPDATE entry SET leaf_hash = zeroblob(32) WHERE seq = %d", n-1))
		if v := broken.verify(Checks{}); v.Verdict != Tampered {
			t.Errorf("%d entries, the last hash changed: %v", n, v.Verdict)
		}
	}
}

// An empty ledger is whole, unless somebody knows of entries.
func testEmpty(t *testing.T, full *site) {
	for name, make := range map[string]func(*site){
		"no bytes": func(s *site) { s.must(os.WriteFile(s.path, nil, 0o600)) },
		"no tables": func(s *site) {
			s.sql("DROP TABLE entry", "DROP TABLE node", "DROP TABLE segment", "DROP TABLE keyleaf", "DROP TABLE checkpoint", "DROP TABLE anchor", "DROP TABLE ship", "PRAGMA user_version = 0", "PRAGMA application_id = 0")
		},
		"no rows": func(s *site) {
			s.sql("DELETE FROM entry", "DELETE FROM node", "DELETE FROM segment", "DELETE FROM keyleaf", "DELETE FROM checkpoint")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := full.copy(t)
			head := headFile(s.keys, s.id())
			if name == "no tables" {
				s.tb = ignore{t}
			}
			make(s)
			s.tb = t
			if v := s.verify(Checks{}); v.Verdict != SetBackTo {
				t.Errorf("emptied, and the head file is there: %v: %+v", v.Verdict, v.Flaws)
			}
			s.must(os.Remove(head))
			if v := s.verify(Checks{}); v.Verdict != Sound || v.Level != Local || v.Size != 0 {
				t.Errorf("empty: %v: %+v", v.Verdict, v.Flaws)
			}
			if code, why := recheck.Verify(s.path, s.keys); code != 0 {
				t.Errorf("the second verifier says %d: %v", code, why)
			}
			if v := s.verify(Checks{Anchors: []Anchor{notes{s.note}}}); v.Verdict != SetBackTo {
				t.Errorf("emptied, and an anchor knows: %v: %+v", v.Verdict, v.Flaws)
			}
		})
	}
}

// ignore goes on where a trigger can't come back for want of its table.
type ignore struct{ testing.TB }

func (ignore) Fatalf(string, ...any) {}
