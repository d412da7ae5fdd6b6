package pipeline

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// An Erasure says what is erased from a case, why and by whom. What it erases
// is on record, as the data of an Erased line; never whom.
type Erasure struct {
	Traces     *Traces  `json:"-"`
	By         string   `json:"-"`
	What       string   `json:"-"`                    // in a few words: "a person", "confidential data"
	Kids       []string `json:"kids"`                 // keys destroyed
	Digests    []string `json:"digests"`              // ciphertext and answers destroyed
	Reason     string   `json:"reason"`               // no person stands in it
	Subjects   []string `json:"subjects,omitempty"`   // keyed digests of the person's values: see [Index.Digest]
	Reports    []string `json:"reports,omitempty"`    // files destroyed, below the case
	Recipients []string `json:"recipients,omitempty"` // who was given copies
	Unproven   int      `json:"unproven,omitempty"`   // observations about others whose proof went too
}

// Erase destroys what was traced: the keys, the ciphertext and the answers. Its
// order lets a kill do no harm: the line that says so is durable first, and in
// the ledger if that is among the sinks; then keys, sealed values and answers
// go; then prove is called, which makes new reports and attests; and last the
// index forgets. Called again it finishes what the lines of the case say and
// was not done. The caller has held the case against the ledger.
func (f *Folder) Erase(x Erasure, prove func() error) error {
	for _, step := range f.erasing(x, prove) {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// erasing returns the steps of [Folder.Erase]. After each the process may die.
func (f *Folder) erasing(x Erasure, prove func() error) []func() error {
	var index *Index
	var kids, gone, digests []string
	return []func() error{
		func() error { return f.sayErased(x) },
		func() (err error) {
			kids, digests = f.Case.Erasures()
			index, err = OpenIndex(f.keys.dir)
			gone = append(f.Case.erasedSubjects(), f.keys.indexed(kids)...)
			return err
		},
		func() error { _, err := f.loseKeys(kids); return err },
		func() error { _, err := f.vault.lose(digests); return err },
		func() error { _, err := f.store.lose(digests); return err },
		prove,
		func() error { return index.drop(f.keys.id, kids, gone) },
	}
}

func (f *Folder) sayErased(x Erasure) error {
	t := x.Traces
	if (t == nil || f.SaidErased(t)) && len(x.Reports) == 0 {
		return nil
	}
	if t != nil {
		x.Kids, x.Digests, x.Unproven = t.Kids, t.Digests, len(t.Others)
	}
	return f.Append(&Event{Erased: &Act{By: x.By, What: x.What, Data: encode(x)}})
}

// SaidErased reports whether lines say already that all of it was destroyed: an
// erasure was broken off.
func (f *Folder) SaidErased(t *Traces) bool {
	kids, digests := f.Case.Erasures()
	said := func(by []string) func(string) bool {
		return func(x string) bool { return !slices.Contains(by, x) }
	}
	return !slices.ContainsFunc(t.Kids, said(kids)) && !slices.ContainsFunc(t.Digests, said(digests))
}

// Reapply destroys again what the case's Erased lines say was destroyed, and
// tells how many keys and files there were: none, unless an erasure was broken
// off, or something came back with a backup.
func (f *Folder) Reapply() (n int, err error) {
	kids, digests := f.Case.Erasures()
	x, err := OpenIndex(f.keys.dir)
	if err != nil {
		return 0, err
	}
	gone := append(f.Case.erasedSubjects(), f.keys.indexed(kids)...)
	for _, lose := range []func() (int, error){
		func() (int, error) { return f.loseKeys(kids) },
		func() (int, error) { return f.vault.lose(digests) },
		func() (int, error) { return f.store.lose(digests) },
	} {
		lost, err := lose()
		if n += lost; err != nil {
			return n, err
		}
	}
	if n > 0 {
		err = x.drop(f.keys.id, kids, gone)
	}
	return n, err
}

// Left counts what the case's Erased lines say was destroyed, and is there.
func (v *Vault) Left(c *Case) int {
	t := v.There(c.Erasures())
	return len(t.Kids) + len(t.Digests)
}

// There returns which of some keys, sealed values and answers are there.
func (v *Vault) There(kids, digests []string) *Traces {
	t := &Traces{}
	for _, kid := range kids {
		if _, there := v.keys.Key(kid); there {
			t.Kids = append(t.Kids, kid)
		}
	}
	for _, d := range digests {
		if _, there := v.sealed[d]; there || len(d) == 64 && v.store.has(d) {
			t.Digests = append(t.Digests, d)
		}
	}
	return t
}

// LoseKeys destroys keys of a case whose folder is not here.
func LoseKeys(keysDir, caseID string, kids []string) (n int, err error) {
	k, err := OpenKeys(keysDir, caseID)
	if err != nil || !slices.ContainsFunc(kids, func(kid string) bool { _, ok := k.Key(kid); return ok }) {
		return 0, err
	}
	x, err := OpenIndex(keysDir)
	if err != nil {
		return 0, err
	}
	gone := k.indexed(kids)
	if n, err = k.lose(kids, nil); err == nil {
		err = x.drop(caseID, kids, gone)
	}
	return n, err
}

// loseKeys destroys keys.
func (f *Folder) loseKeys(kids []string) (n int, err error) {
	if !slices.ContainsFunc(kids, func(kid string) bool { _, ok := f.keys.Key(kid); return ok }) {
		return 0, nil
	}
	l, err := readLines(f.Dir, nil)
	if err != nil {
		return 0, err
	}
	clear := map[string]string{} // values that stay, by the id of their key
	for token := range l.tokens {
		if kid, _, ok := cutToken(token); ok && !slices.Contains(kids, kid) {
			if text, ok := f.vault.RevealText(token); ok {
				clear[kid] = text
			}
		}
	}
	return f.keys.lose(kids, clear)
}

// lose rewrites the file without some keys, and under another master key, so
// that nobody can try out any more who was asked about. clear are the values
// that stay; nil if they are not known, and then the master key stays too.
func (k *Keys) lose(kids []string, clear map[string]string) (n int, err error) {
	if err := k.Sync(); err != nil {
		return 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	next := &Keys{dir: k.dir, id: k.id, place: k.place, held: map[string]keyLine{}, kids: map[string]string{}}
	if next.place == "" {
		next.place = k.packed
	}
	if clear == nil && k.pack != nil {
		next.add(keyLine{Key: k.pack, Place: next.place})
	}
	next.master()
	for kid, l := range k.held {
		if slices.Contains(kids, kid) {
			n++
			continue
		}
		text, ok := clear[kid]
		switch {
		case ok && l.Subject != "":
			l.Subject = next.mac(text)
		case clear != nil:
			l.Subject = ""
		}
		next.add(l)
	}
	slices.SortFunc(next.dirty, func(a, b keyLine) int { return strings.Compare(a.Kid, b.Kid) })
	var lines bytes.Buffer
	for _, l := range next.dirty {
		lines.Write(append(k.wrap.seal(k.file(), encode(l)), '\n'))
	}
	if err := replaceFile(k.path(), lines.Bytes()); err != nil {
		return 0, err
	}
	k.pack, k.packed, k.held, k.kids, k.stored = next.pack, next.packed, next.held, next.kids, len(next.kids)
	return n, nil
}

// lose rewrites the pack without some values, and forgets them.
func (v *Vault) lose(digests []string) (n int, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for token, text := range v.clear {
		if _, digest, _ := cutToken(token); slices.Contains(digests, digest) {
			delete(v.clear, token)
			delete(v.tokens, text)
		}
	}
	var left bytes.Buffer
	if err := eachLine(v.path, func(line []byte) {
		var l packLine
		if json.Unmarshal(line, &l) != nil {
			return
		}
		if slices.Contains(digests, l.Digest) {
			n++
			return
		}
		left.Write(line)
		left.WriteByte('\n')
	}); err != nil || n == 0 {
		return 0, err
	}
	for _, d := range digests {
		delete(v.sealed, d)
	}
	return n, replaceFile(v.path, left.Bytes())
}

// lose removes answers.
func (s *Store) lose(digests []string) (n int, err error) {
	var paths []string
	for _, d := range digests {
		if len(d) == 64 && s.has(d) {
			paths = append(paths, s.path(d))
		}
	}
	return len(paths), removeFiles(paths...)
}

// erasedSubjects returns the keyed digests that Erased lines name.
func (c *Case) erasedSubjects() (all []string) {
	for _, e := range c.Acts {
		var d struct{ Subjects []string }
		if e.Erased != nil && json.Unmarshal(e.Erased.Data, &d) == nil {
			all = append(all, d.Subjects...)
		}
	}
	return all
}
