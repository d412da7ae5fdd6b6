package audit

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"osint/pkg/audit/recheck"
)

// A row is an attack, and the verdict that it must come to.
type row struct {
	name   string
	attack func(*site)
	want   Verdict
	anchor bool // held against the newest checkpoint of before
}

// edited is a leaf's text with one word changed for another as long.
func (s *site) edited(seq int, from, to string) string {
	s.tb.Helper()
	leaf := s.leaves()[seq]
	if !strings.Contains(leaf, from) {
		s.tb.Fatalf("entry %d has no %s: %s", seq, from, leaf)
	}
	return strings.Replace(leaf, from, to, 1)
}

func blob(b []byte) string { return fmt.Sprintf("x'%x'", b) }

func hashed(leaf string) string {
	h := sha256.Sum256(append([]byte{0}, leaf...))
	return blob(h[:])
}

func other(name string) note.Signer {
	skey, _, _ := note.GenerateKey(rand.Reader, name)
	s, _ := note.NewSigner(skey)
	return s
}

// renumbered writes the numbers of leaves anew.
func renumbered(leaves []string) []string {
	number := regexp.MustCompile(`"seq":\d+`)
	for i := range leaves {
		leaves[i] = number.ReplaceAllString(leaves[i], fmt.Sprintf(`"seq":%d`, i))
	}
	return leaves
}

// rotated returns the leaves of a site after a rotation, and both keys.
func (s *site) rotated() (leaves []string, old, new note.Signer) {
	s.tb.Helper()
	old = s.signer()
	l := s.open(Options{})
	_, err := l.Rotate("yearly")
	s.must(err)
	s.close(l)
	s.append(Options{}, story(nextLine, 2)...)
	return s.leaves(), old, s.signer()
}

// by signs as a ledger does that rotates its key at entry at: who signs there is
// a matter of the row.
func by(last, at int64, old, new note.Signer, there ...note.Signer) func(int64) []note.Signer {
	return func(size int64) []note.Signer {
		switch {
		case size == at+1:
			return there
		case size%interval != 0 && size != last:
			return nil
		case size <= at:
			return []note.Signer{old}
		}
		return []note.Signer{new}
	}
}

func matrix() []row {
	return []row{
		{"00-untouched", func(*site) {}, Sound, false},
		{"00-untouched-anchored", func(*site) {}, Sound, true},
		{"01-flip-a-byte-in-a-leaf", func(s *site) {
			s.sql("UPDATE entry SET leaf = " + blob([]byte(s.edited(20, "host", "hosu"))) + " WHERE seq = 20")
		}, Tampered, false},
		{"02-edit-leaf-and-its-hash", func(s *site) {
			leaf := s.edited(20, "host", "hosu")
			s.sql("UPDATE entry SET leaf = " + blob([]byte(leaf)) + ", leaf_hash = " + hashed(leaf) + " WHERE seq = 20")
		}, Tampered, false},
		{"02-edit-leaf-hash-and-tree-under-the-old-checkpoints", func(s *site) {
			leaves, points := s.leaves(), s.checkpoints()
			leaves[1] = s.edited(1, "a.example", "b.example")
			s.forge(forgery{}, leaves...)
			s.sql("DELETE FROM checkpoint")
			s.sql(points...)
		}, Tampered, false},
		{"07-entry-of-another-ledger", func(s *site) {
			leaves := s.leaves()
			leaves[4] = s.edited(4, `"ledger":"`+s.id()[:4], `"ledger":"zzzz`)
			s.forge(forgery{head: true}, leaves...)
		}, Tampered, false},
		{"08-remove-checkpoints", func(s *site) { s.sql("DELETE FROM checkpoint WHERE size > 50"); s.noHead() }, Tampered, false},
		{"27-segment-left-out", func(s *site) {
			leaves := s.leaves()
			at := int(s.typed(leaves, Segment)) // and the attestation after it
			s.forge(forgery{head: true}, renumbered(slices.Delete(leaves, at, at+2))...)
		}, Tampered, false},
		{"27-attest-what-is-not-there", func(s *site) {
			leaves := s.leaves()
			at := int(s.typed(leaves, Attest))
			leaves[at] = s.edited(at, `"lines":`, `"lines":9`)
			s.forge(forgery{head: true}, leaves...)
		}, Tampered, false},
		{"03-edit-one-interior-node", func(s *site) {
			s.sql("UPDATE node SET h = zeroblob(32) WHERE ix = (SELECT ix FROM node LIMIT 1 OFFSET 3)")
		}, Tampered, false},
		{"03-lose-one-interior-node", func(s *site) {
			s.sql("DELETE FROM node WHERE ix = (SELECT ix FROM node LIMIT 1 OFFSET 3)")
		}, Tampered, false},
		{"03-add-one-interior-node", func(s *site) {
			s.sql("INSERT INTO node SELECT max(ix) + 7, h FROM node")
		}, Tampered, false},
		{"04-delete-a-middle-row", func(s *site) { s.sql("DELETE FROM entry WHERE seq = 77") }, Tampered, false},
		{"05-delete-and-renumber", func(s *site) {
			s.sql("DELETE FROM entry WHERE seq = 77", "UPDATE entry SET seq = -seq WHERE seq > 77", "UPDATE entry SET seq = -seq - 1 WHERE seq < 0")
		}, Tampered, false},
		{"05-delete-and-renumber-in-the-leaves-too", func(s *site) {
			points := s.checkpoints()
			s.forge(forgery{}, renumbered(slices.Delete(s.leaves(), 77, 78))...)
			s.sql("DELETE FROM checkpoint")
			s.sql(points...)
		}, Tampered, false},
		{"06-swap-two-rows", func(s *site) {
			s.sql("UPDATE entry SET seq = -1 WHERE seq = 30", "UPDATE entry SET seq = 30 WHERE seq = 31", "UPDATE entry SET seq = 31 WHERE seq = -1")
		}, Tampered, false},
		{"07-insert-a-row", func(s *site) {
			s.sql("UPDATE entry SET seq = -seq WHERE seq > 77", "UPDATE entry SET seq = -seq + 1 WHERE seq < 0", "INSERT INTO entry SELECT 78, leaf, leaf_hash FROM entry WHERE seq = 20")
		}, Tampered, false},
		{"07-append-a-copy", func(s *site) {
			s.sql("INSERT INTO entry SELECT (SELECT max(seq) + 1 FROM entry), leaf, leaf_hash FROM entry WHERE seq = 20")
		}, Tampered, false},
		{"08-change-a-checkpoints-text", func(s *site) {
			s.sql("UPDATE checkpoint SET note = CAST(replace(CAST(note AS TEXT), char(10) || size || char(10), char(10) || (size - 1) || char(10)) AS BLOB)")
		}, Tampered, false},
		{"08-change-a-checkpoints-signature", func(s *site) {
			c, _ := ParseCheckpoint(s.note)
			b := bytes.Clone(s.note)
			b[len(b)-20] ^= 1
			s.sql(fmt.Sprintf("UPDATE checkpoint SET note = %s WHERE size = %d", blob(b), c.Size))
		}, Tampered, false},
		{"09-another-key-of-the-same-name", func(s *site) {
			c, _ := ParseCheckpoint(s.note)
			c, err := sign(c, other(c.Origin))
			s.must(err)
			s.sql(fmt.Sprintf("UPDATE checkpoint SET note = %s WHERE size = %d", blob(c.Note), c.Size))
		}, Tampered, false},
		{"10-cut-the-tail-to-a-checkpoint", func(s *site) { s.forge(forgery{}, s.leaves()[:128]...); s.noHead(); s.noKey() }, Sound, false},
		{"10-cut-the-tail-and-an-anchor-knows", func(s *site) { s.forge(forgery{}, s.leaves()[:128]...); s.noHead() }, SetBackTo, true},
		{"10-cut-the-tail-and-the-head-file-knows", func(s *site) { s.forge(forgery{}, s.leaves()[:128]...) }, SetBackTo, false},
		{"11-cut-the-tail-below-the-last-checkpoint", func(s *site) {
			s.forge(forgery{}, s.leaves()...)
			s.sql("DELETE FROM entry WHERE seq > 140", "DELETE FROM segment WHERE seq > 140", "DELETE FROM node WHERE ix > (SELECT max(ix) FROM node WHERE ix < 270)")
			s.noHead()
		}, SetBackTo, false},
		{"12-restore-an-older-copy", func(s *site) { s.must(os.Rename(s.older, s.path)) }, SetBackTo, false},
		{"12-restore-an-older-copy-and-the-anchor-knows", func(s *site) { s.must(os.Rename(s.older, s.path)); s.noHead() }, SetBackTo, true},
		{"13-rewrite-all-with-the-real-key", func(s *site) {
			leaves := s.leaves()
			leaves[20] = s.edited(20, "host", "hosu")
			leaves[21] = s.edited(21, "host", "hosu")
			s.forge(forgery{head: true}, leaves...)
		}, Sound, false},
		{"13-rewrite-all-and-an-anchor-knows", func(s *site) {
			leaves := s.leaves()
			leaves[1] = s.edited(1, "a.example", "b.example")
			s.forge(forgery{head: true}, leaves...)
		}, Forked, true},
		{"13-rewrite-all-and-the-head-file-knows", func(s *site) {
			leaves := s.leaves()
			leaves[1] = s.edited(1, "a.example", "b.example")
			s.forge(forgery{}, leaves...)
		}, Forked, false},
		{"14-two-ledgers-of-one-origin", func(s *site) {
			twin := s.copy(s.tb)
			twin.append(Options{Session: "feedfeedfeedfeed"}, story(nextLine, 1)...)
			s.append(Options{}, story(nextLine, 1)...)
			s.note = twin.newest()
		}, Forked, true},
		{"21-update-delete-replace", func(s *site) {
			db, err := open(s.path, true)
			s.must(err)
			defer db.Close()
			for _, x := range []string{"UPDATE entry SET leaf = x'00' WHERE seq = 1", "DELETE FROM entry WHERE seq = 1", "INSERT OR REPLACE INTO entry SELECT 1, leaf, leaf_hash FROM entry WHERE seq = 2",
				"UPDATE checkpoint SET note = x'00'", "DELETE FROM checkpoint", "INSERT OR REPLACE INTO checkpoint SELECT size, x'00' FROM checkpoint"} {
				if _, err := db.Exec(x); err == nil || !strings.Contains(err.Error(), "append only") {
					s.tb.Errorf("%s: %v", x, err)
				}
			}
		}, Sound, false},
		{"27-begin-without-a-ruling", func(s *site) {
			leaves := s.leaves()
			s.forge(forgery{head: true}, renumbered(slices.Delete(leaves, 2, 3))...)
		}, Tampered, false},
		{"27-begin-before-its-ruling", func(s *site) {
			leaves := s.leaves()
			leaves[2], leaves[3] = leaves[3], leaves[2]
			s.forge(forgery{head: true}, renumbered(leaves)...)
		}, Tampered, false},
		{"27-begin-what-the-ruling-denies", func(s *site) {
			leaves := s.leaves()
			leaves[3] = s.edited(3, `"collector":"tls"`, `"collector":"portscan"`)
			s.forge(forgery{head: true}, leaves...)
		}, Tampered, false},
		{"27-begin-about-another-subject", func(s *site) {
			leaves := s.leaves()
			leaves[3] = s.edited(3, "h0.example", "h9.example")
			s.forge(forgery{head: true}, leaves...)
		}, Tampered, false},
		{"28-clock-set-back-an-hour", func(s *site) {
			s.append(Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }}, story(nextLine, 1)...)
		}, Warned, false},
		{"29-rotation-by-both-keys", func(s *site) { s.rotated() }, Sound, false},
		{"29-rotation-signed-by-the-new-key-only", func(s *site) {
			leaves, old, new := s.rotated()
			s.forge(forgery{by(int64(len(leaves)), s.typed(leaves, KeyRotate), old, new, new), true}, leaves...)
		}, Tampered, false},
		{"29-rotation-signed-by-nobody", func(s *site) {
			leaves, old, new := s.rotated()
			s.forge(forgery{by(int64(len(leaves)), s.typed(leaves, KeyRotate), old, new), true}, leaves...)
		}, Tampered, false},
		{"30-revoked-key-signs-on", func(s *site) {
			_, old, new := s.rotated()
			l := s.open(Options{})
			s.must(l.Revoke(l.ring.keys[0].vkey, 100, "it was on a stolen laptop"))
			s.close(l)
			leaves := s.leaves()
			at := s.typed(leaves, KeyRotate)
			s.forge(forgery{by(int64(len(leaves)), at, old, old, old, new), true}, leaves...)
		}, Tampered, false},
		{"30-revoked-key-signed-before", func(s *site) {
			s.rotated()
			l := s.open(Options{})
			s.must(l.Revoke(l.ring.keys[0].vkey, 100, "it was on a stolen laptop"))
			s.close(l)
		}, Warned, false},
		{"31-space-in-a-leaf", s31(`"seq":`, `"seq": `), Tampered, false},
		{"31-key-twice", s31(`"kind":"host"`, `"kind":"host","kind":"host"`), Tampered, false},
		{"31-keys-out-of-order", s31(`"collector":"tls","decision":2`, `"decision":2,"collector":"tls"`), Tampered, false},
		{"31-escape-that-need-not-be", s31(`"h0.example"`, `"\u0068`+`0.example"`), Tampered, false},
		{"31-fraction", s31(`"attempt":1`, `"attempt":1.0`), Tampered, false},
		{"31-exponent", s31(`"attempt":1`, `"attempt":1e0`), Tampered, false},
		{"31-not-a-number", s31(`"attempt":1`, `"attempt":NaN`), Tampered, false},
		{"31-null", s31(`"attempt":1`, `"attempt":null`), Tampered, false},
		{"31-too-large", s31(`"attempt":1`, `"attempt":9007199254740993`), Tampered, false},
		{"31-minus-nothing", s31(`"attempt":1`, `"attempt":-0`), Tampered, false},
		{"31-no-utf8", s31(`h0.example`, "h\xff.example"), Tampered, false},
		{"31-one-key-more", s31(`"ledger":`, `"kedger":"x","ledger":`), Tampered, false},
		{"31-more-after-the-value", s31(`"v":1}`, `"v":1}{}`), Tampered, false},
		{"33-two-writers-at-once", func(s *site) {
			a, b := s.open(Options{}), s.open(Options{})
			done := make(chan error)
			for _, l := range []*Ledger{a, b} {
				go func() {
					for range 30 {
						if _, err := l.Append(acts(5)...); err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			s.must(errors.Join(<-done, <-done))
			s.close(a)
			s.close(b)
		}, Sound, false},
	}
}

func s31(from, to string) func(*site) {
	return func(s *site) {
		leaves := s.leaves()
		leaves[3] = s.edited(3, from, to)
		s.forge(forgery{head: true}, leaves...)
	}
}

// checkpoints returns what puts the checkpoints back that there are.
func (s *site) checkpoints() (back []string) {
	s.tb.Helper()
	db, err := open(s.path, false)
	s.must(err)
	defer db.Close()
	rows, err := db.Query("SELECT size, note FROM checkpoint")
	s.must(err)
	defer rows.Close()
	for rows.Next() {
		var size int64
		var b []byte
		s.must(rows.Scan(&size, &b))
		back = append(back, fmt.Sprintf("INSERT INTO checkpoint VALUES (%d, %s)", size, blob(b)))
	}
	return back
}

// What is made of the entries, and what guards them, is as osint makes it.
func TestCaches(t *testing.T) {
	base := newSite(t)
	for _, x := range []string{
		"DELETE FROM segment WHERE seq = (SELECT min(seq) FROM segment)",
		"INSERT INTO segment VALUES ('c-other', 20)",
		"INSERT INTO keyleaf VALUES (5)",
		"DELETE FROM keyleaf",
		"CREATE VIEW more AS SELECT 1",
		"CREATE TRIGGER silent BEFORE INSERT ON entry BEGIN SELECT RAISE(IGNORE); END",
	} {
		s := base.copy(t)
		s.sql(x)
		if v := s.verify(Checks{}); v.Verdict != Tampered {
			t.Errorf("%s: %v: %+v", x, v.Verdict, v.Flaws)
		}
	}
	s := base.copy(t)
	db, err := sql.Open("sqlite", s.path)
	s.must(err)
	_, err = db.Exec("DROP TRIGGER entry_delete")
	s.must(errors.Join(err, db.Close()))
	if v := s.verify(Checks{}); v.Verdict != Tampered {
		t.Errorf("a trigger is gone: %v: %+v", v.Verdict, v.Flaws)
	}
	s = base.copy(t)
	l := s.open(Options{})
	old := l.Key()
	_, err = l.Rotate("stolen")
	s.must(errors.Join(err, l.Revoke(old, 10, "stolen")))
	s.close(l)
	s.sql("DELETE FROM keyleaf WHERE seq = (SELECT max(seq) FROM keyleaf)")
	if v := s.verify(Checks{}); v.Verdict != Tampered {
		t.Errorf("a revocation is hidden: %v: %+v", v.Verdict, v.Flaws)
	}
}

func (s *site) noKey() { s.must(os.Remove(keyFile(s.keys, s.id()))) }

// typed returns where the first leaf of a type is.
func (s *site) typed(leaves []string, t Type) int64 {
	return int64(slices.IndexFunc(leaves, func(l string) bool { return strings.Contains(l, `"type":"`+string(t)+`"`) }))
}

func (s *site) newest() (note []byte) {
	s.tb.Helper()
	db, err := open(s.path, false)
	s.must(err)
	defer db.Close()
	s.must(db.QueryRow("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").Scan(&note))
	return note
}

func TestMatrixLedger(t *testing.T) {
	base := newSite(t)
	for _, r := range matrix() {
		t.Run(r.name, func(t *testing.T) {
			s := base.copy(t)
			r.attack(s)
			var c Checks
			var anchors []string
			if r.anchor {
				c.Anchors = []Anchor{notes{s.note}}
				anchors = []string{string(s.note)}
			}
			v := s.verify(c)
			if v.Verdict != r.want {
				t.Errorf("%v, want %v: %+v", v.Verdict, r.want, v.Flaws)
			}
			if want := map[bool]Level{false: Local, true: Anchored}[r.anchor]; v.Verdict == Sound && v.Level != want {
				t.Errorf("level %s, want %s", v.Level, want)
			}
			if code, why := recheck.Verify(s.path, s.keys, anchors...); code != int(r.want) {
				t.Errorf("the second verifier says %d, want %v: %v", code, r.want, why)
			}
		})
	}
	for name, test := range map[string]func(*testing.T, *site){
		"32-kill":             testKill,
		"32-cut-at-a-write":   testWritePoints,
		"32-disk-full":        testFull,
		"35-sizes":            testSizes,
		"35-empty":            testEmpty,
		"36-unreachable":      testUnreachable,
		"37-bit-flips":        testFlips,
		"37-bit-flips-in-wal": testFlipsInLog,
	} {
		t.Run(name, func(t *testing.T) { test(t, base) })
	}
}
