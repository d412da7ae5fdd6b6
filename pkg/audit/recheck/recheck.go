package recheck

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	_ "modernc.org/sqlite"
)

type (
	hash   = [sha256.Size]byte
	object = map[string]any // JSON
)

// A ledger is all that was read of one, and what is wrong with it, by exit code.
type ledger struct {
	leaves []object
	hashes []hash
	memo   map[[2]int]hash
	origin string
	keys   []key
	wrong  map[int][]string
}

// A key signs checkpoints of the sizes from..to; above revoked they don't count.
type key struct {
	vkey              string
	from, to, revoked int
}

// Verify reads the ledger at a path and returns the exit code that osint audit
// verify must end with, and why. keys is the folder of the head file; anchors are
// signed checkpoints.
func Verify(path, keys string, anchors ...string) (code int, why []string) {
	l := &ledger{memo: map[[2]int]hash{}, wrong: map[int][]string{}}
	if _, err := os.Stat(path); err != nil {
		return 23, []string{err.Error()}
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err == nil {
		defer db.Close()
		err = l.verify(db, keys, anchors)
	}
	l.bad(20, err != nil, "%v", err)
	for _, code := range []int{20, 22, 21, 23, 24} {
		if len(l.wrong[code]) > 0 {
			return code, l.wrong[code]
		}
	}
	return 0, nil
}

func (l *ledger) bad(code int, is bool, format string, args ...any) bool {
	if is {
		l.wrong[code] = append(l.wrong[code], fmt.Sprintf(format, args...))
	}
	return is
}

// each calls row for each row of a query.
func each(db *sql.DB, query string, row func(number int, a, b []byte)) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var a, b []byte
		if err := rows.Scan(&n, &a, &b); err != nil {
			return err
		}
		row(n, a, b)
	}
	return rows.Err()
}

func (l *ledger) verify(db *sql.DB, keys string, anchors []string) error {
	var tables int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		if err := each(db, "SELECT seq, leaf, leaf_hash FROM entry ORDER BY seq", l.entry); err != nil {
			return err
		}
	}
	heads, _ := filepath.Glob(filepath.Join(keys, "ledger-*.head"))
	if n := len(l.leaves); n == 0 || len(l.wrong[20]) > 0 {
		l.bad(21, n == 0 && len(heads)+len(anchors) > 0, "empty, and something was signed")
		return nil
	}
	id := fmt.Sprint(l.leaves[0]["ledger"])
	l.origin = "osint.local/" + id
	if l.acts(); len(l.keys) == 0 {
		return nil
	}
	sealed, at := 0, map[int]bool{}
	err := each(db, "SELECT size, note, NULL FROM checkpoint ORDER BY size", func(size int, note, _ []byte) {
		got, counts := l.checkpoint(string(note), 20)
		l.bad(20, got != size, "the checkpoint of size %d says %d", size, got)
		if at[size] = true; !l.bad(24, !counts, "the key of the checkpoint of size %d was revoked", size) {
			sealed = size
		}
	})
	for _, k := range l.keys[1:] {
		l.bad(20, !at[k.from], "no checkpoint of size %d, where a key takes over", k.from)
	}
	l.bad(24, sealed < len(l.leaves), "entries from %d on are unsealed", sealed)
	l.bad(20, sealed/64 < len(l.leaves)/64, "no checkpoint where one must be, after %d", sealed)
	for _, a := range anchors {
		l.checkpoint(a, 22)
	}
	l.head(filepath.Join(keys, "ledger-"+id+".head"))
	if err == nil {
		err = l.nodes(db)
	}
	return err
}

// entry takes in one row.
func (l *ledger) entry(seq int, leaf, stored []byte) {
	o, err := Canonical(leaf)
	if l.bad(20, err != nil, "entry %d: %v", seq, err) {
		return
	}
	h := sha256.Sum256(append([]byte{0}, leaf...))
	l.bad(20, seq != len(l.leaves) || number(o["seq"]) != seq || number(o["v"]) != 1, "entry %d is out of place", seq)
	l.bad(20, string(stored) != string(h[:]), "entry %d has another hash", seq)
	for k := range o {
		l.bad(20, !strings.Contains(" actor body case ledger seq session ts type v ", " "+k+" "), "entry %d has a key %q", seq, k)
	}
	l.bad(20, len(o) != 8 && (len(o) != 9 || o["case"] == nil || o["case"] == ""), "entry %d lacks a key", seq)
	l.leaves, l.hashes = append(l.leaves, o), append(l.hashes, h)
}

// Canonical reads an object, and fails if its text is not what Go makes of its
// values, two characters apart that Go escapes; or if it holds a fraction, null,
// a key that is no plain word, or more than 16 levels.
func Canonical(text []byte) (object, error) {
	var o object
	var again bytes.Buffer
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	if err := errors.Join(json.Unmarshal(text, &o), enc.Encode(o)); err != nil {
		return nil, err
	}
	raw := strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(again.String())
	if strings.TrimSuffix(raw, "\n") != string(text) || !whole(o, 1) {
		return nil, errors.New("it is not canonical")
	}
	return o, nil
}

var word = regexp.MustCompile(`^[a-z0-9_]+$`)

// whole reports whether a value is made of what a leaf may hold.
func whole(v any, level int) bool {
	ok := v != nil
	switch v := v.(type) {
	case float64:
		ok = v == math.Trunc(v) && math.Abs(v) < 1<<53 && !(v == 0 && math.Signbit(v))
	case []any:
		ok = level <= 16
		for _, x := range v {
			ok = ok && whole(x, level+1)
		}
	case object:
		ok = level <= 16 && v != nil
		for k, x := range v {
			ok = ok && word.MatchString(k) && whole(x, level+1)
		}
	}
	return ok
}

func number(v any) int    { f, _ := v.(float64); return int(f) }
func text(v any) string   { s, _ := v.(string); return s }
func items(v any) []any   { l, _ := v.([]any); return l }
func fields(v any) object { o, _ := v.(object); return o }

// acts reads the entries in their order: keys, times, segments, and that each
// task stands on an earlier ruling.
func (l *ledger) acts() {
	allowed, lines, newest := map[string]bool{}, map[any]int{}, 0
	for i, o := range l.leaves {
		b, last, ms := fields(o["body"]), lines[o["case"]], number(o["ts"])
		l.bad(20, o["ledger"] != l.leaves[0]["ledger"] || (i == 0) != (o["type"] == "genesis"), "entry %d is of another ledger", i)
		l.bad(24, ms < newest-2000, "entry %d was recorded before one before it", i)
		newest = max(newest, ms)
		task := func(line, collector any) string {
			return fmt.Sprintf("%v %v %v %q %q", o["case"], line, b["kind"], b["subject"], collector)
		}
		switch o["type"] {
		case "genesis":
			l.keys = append(l.keys, key{text(b["key"]), 1, math.MaxInt, math.MaxInt})
		case "key.rotate":
			old := &l.keys[len(l.keys)-1]
			l.bad(20, old.vkey != b["old"], "entry %d rotates another key", i)
			old.to = i + 1
			l.keys = append(l.keys, key{text(b["new"]), i + 1, math.MaxInt, math.MaxInt})
		case "key.revoke":
			for k := range l.keys {
				if l.keys[k].vkey == b["key"] {
					l.keys[k].revoked = min(l.keys[k].revoked, number(b["size"]))
				}
			}
		case "case.ruling":
			for _, g := range items(b["groups"]) {
				for _, c := range items(fields(g)["collectors"]) {
					v := fields(g)["verdict"]
					allowed[task(b["line"], c)] = v == "allow" || v == "allow-with-redaction"
				}
			}
		case "task.start":
			l.bad(20, !allowed[task(b["decision"], b["collector"])], "entry %d begins a task without a ruling", i)
		case "segment":
			l.bad(20, number(b["first"]) != last+1 || number(b["last"]) <= last, "entry %d leaves lines out", i)
			lines[o["case"]] = number(b["last"])
		case "attest":
			l.bad(20, number(b["lines"]) > last, "entry %d attests what is not there", i)
		case "rollback":
			lines[o["case"]] = number(b["found"])
		}
		if len(l.keys) == 0 {
			return
		}
	}
}

// root is MTH of RFC 6962, section 2.1, over the entries lo to hi-1.
func (l *ledger) root(lo, hi int) hash {
	n, k := hi-lo, 1
	if n == 1 {
		return l.hashes[lo]
	}
	if h, ok := l.memo[[2]int{lo, hi}]; ok {
		return h
	}
	for k*2 < n {
		k *= 2
	}
	a, b := l.root(lo, lo+k), l.root(lo+k, hi)
	h := sha256.Sum256(append(append([]byte{1}, a[:]...), b[:]...))
	if k*2 == n {
		l.memo[[2]int{lo, hi}] = h
	}
	return h
}

// nodes holds the table of interior hashes against the tree.
func (l *ledger) nodes(db *sql.DB) error {
	want := map[int]hash{}
	for level := 4; len(l.hashes)>>level > 0; level += 4 {
		for n := range len(l.hashes) >> level {
			index := level // behind the leaf that completes the subtree, and all before that
			for leaf := (n+1)<<level - 1; leaf > 0; leaf >>= 1 {
				index += leaf
			}
			want[index] = l.root(n<<level, (n+1)<<level)
		}
	}
	err := each(db, "SELECT ix, h, NULL FROM node", func(index int, h, _ []byte) {
		w, ok := want[index]
		l.bad(20, !ok || string(w[:]) != string(h), "node %d", index)
		delete(want, index)
	})
	l.bad(20, len(want) > 0, "%d nodes are missing", len(want))
	return err
}

// checkpoint verifies a signed checkpoint. other is the code for a root that the
// tree doesn't have.
func (l *ledger) checkpoint(note string, other int) (size int, counts bool) {
	body, sigs, _ := strings.Cut(note, "\n\n")
	lines := strings.Split(body, "\n")
	if l.bad(20, len(lines) < 3 || lines[0] != l.origin, "a checkpoint is not of this ledger") {
		return 0, false
	}
	fmt.Sscan(lines[1], &size)
	for _, k := range l.keys {
		if k.from <= size && size <= k.to {
			l.bad(20, !signed(body+"\n", sigs, k.vkey), "the checkpoint of size %d is not signed by the key of then", size)
			counts = counts || size <= k.revoked
		}
	}
	if l.bad(20, size < 1, "a checkpoint of size %d", size) || l.bad(21, size > len(l.leaves), "%d entries were signed", size) {
		return size, false
	}
	root := l.root(0, size)
	l.bad(other, base64.StdEncoding.EncodeToString(root[:]) != lines[2], "the checkpoint of size %d has another root", size)
	return size, counts
}

// signed reports whether one of the signature lines is a key's over a text.
func signed(body, sigs, vkey string) bool {
	part := strings.SplitN(vkey, "+", 3)
	public, err := base64.StdEncoding.DecodeString(part[len(part)-1])
	if err != nil || len(part) != 3 || len(public) != 1+ed25519.PublicKeySize || public[0] != 1 {
		return false
	}
	id := sha256.Sum256([]byte(part[0] + "\n" + string(public)))
	for line := range strings.Lines(sigs) {
		sig, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "— "+part[0]+" "))
		if err == nil && len(sig) == 4+ed25519.SignatureSize && hex.EncodeToString(sig[:4]) == part[1] && bytes.Equal(sig[:4], id[:4]) {
			return ed25519.Verify(public[1:], []byte(body), sig[4:])
		}
	}
	return false
}

// head holds the newest size that was signed here against the ledger.
func (l *ledger) head(path string) {
	var h struct {
		Size int
		Root string
	}
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 || l.bad(23, json.Unmarshal(b, &h) != nil || h.Size < 1, "the head can't be read") {
		return
	}
	if !l.bad(21, h.Size > len(l.leaves), "%d entries were signed here", h.Size) {
		root := l.root(0, h.Size)
		l.bad(22, hex.EncodeToString(root[:]) != h.Root, "another root was signed here")
	}
}
