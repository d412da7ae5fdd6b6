package compliance

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// An Edit is what was done to a list; it goes on record, so it names nobody.
type Edit struct {
	List    string   // id
	Name    string   // of the list
	Entries int      // it has now
	Changed int      // entries added, or removed
	Digests []string // of these, where they were few enough to be named; sorted
	Also    []string // names of other lists that have some of the removed
}

// namedDigests is how many entries of one edit are named by their digests.
const namedDigests = 100

func (x *Edit) name(digests []string) {
	if x.Changed = len(digests); len(digests) <= namedDigests {
		x.Digests = digests
	}
}

// Suppress puts entities on the own list of a key store, which is made with the
// first. as says why, by whose word and until when; its digest is not looked at.
// One that is there is as as says from here on. An error names no entity.
func Suppress(keysDir string, entities []pipeline.Entity, as Entry) (x Edit, err error) {
	err = holding(keysDir, func(dir string) error {
		l, err := ownList(keysDir, dir, as.Date)
		if err != nil {
			return err
		}
		var digests []string
		for _, e := range entities {
			if e.Sealed() {
				return errors.New("a sealed entity can't be put on a list: give it in clear")
			}
			digests = append(digests, l.digest(e))
		}
		slices.Sort(digests)
		digests = slices.Compact(digests)
		if err := as.check(); err != nil {
			return err
		}
		if err := l.write(l.merge(digests, as, nil)); err != nil {
			return fmt.Errorf("write suppression list: %w", err)
		}
		x = Edit{List: l.ID, Name: l.Name, Entries: l.Entries}
		x.name(digests)
		return nil
	})
	return x, err
}

// ReadEntities reads entities, one a line; blank lines and those that begin with
// # are passed over. An error names the line, and not what stands there.
func ReadEntities(r io.Reader) (out []pipeline.Entity, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		e, err := pipeline.ParseEntity(text)
		if err != nil || e.Sealed() {
			return nil, fmt.Errorf("line %d is no entity: write kind:value there, such as email:jane@corp.example or person:Jane Doe", n)
		}
		out = append(out, e)
	}
	return out, lines.Err()
}

// Unsuppress takes entities off the own list. On a list that was imported they
// stay: [Edit.Also] names it.
func Unsuppress(keysDir string, entities []pipeline.Entity) (x Edit, err error) {
	err = holding(keysDir, func(string) error {
		s, err := OpenSuppressions(keysDir)
		if err != nil {
			return err
		}
		defer s.Close()
		drop := map[string]bool{}
		for _, l := range s.lists {
			for _, e := range entities {
				for _, digest := range l.digests(e) {
					switch _, there, err := l.find(digest); {
					case err != nil:
						return fmt.Errorf("suppression list %s: %w", l.ID, err)
					case there && l.Name == OwnList:
						drop[digest] = true
					case there && !slices.Contains(x.Also, l.Name):
						x.Also = append(x.Also, l.Name)
					}
				}
			}
		}
		if len(drop) == 0 {
			return nil
		}
		own := s.lists[0]
		if err := own.write(own.merge(nil, Entry{}, drop)); err != nil {
			return fmt.Errorf("write suppression list: %w", err)
		}
		x.List, x.Name, x.Entries = own.ID, own.Name, own.Entries
		var digests []string
		for d := range drop {
			digests = append(digests, d)
		}
		slices.Sort(digests)
		x.name(digests)
		return nil
	})
	return x, err
}

// ownList returns the list that this installation adds to.
func ownList(keysDir, dir string, made time.Time) (*List, error) {
	s, err := OpenSuppressions(keysDir)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if len(s.lists) > 0 && s.lists[0].Name == OwnList {
		return s.lists[0], nil
	}
	key, _ := hex.DecodeString(randomHex(32))
	return newList(dir, randomHex(8), OwnList, key, made, suppressionForm)
}

// RemoveSuppressions takes out a list that was taken in, by its id or name.
func RemoveSuppressions(keysDir, list string) (x Edit, err error) {
	err = holding(keysDir, func(dir string) error {
		s, err := OpenSuppressions(keysDir)
		if err != nil {
			return err
		}
		defer s.Close()
		i := slices.IndexFunc(s.lists, func(l *List) bool { return l.ID == list || l.Name == list })
		switch {
		case i < 0:
			return fmt.Errorf("there is no list %q: osint compliance suppress list names them", list)
		case s.lists[i].Name == OwnList:
			return errors.New("the own list stays: take single entries off it")
		}
		l := s.lists[i]
		x = Edit{List: l.ID, Name: l.Name, Changed: l.Entries}
		return errors.Join(os.Remove(l.path), os.Remove(filepath.Join(dir, l.ID+".key")))
	})
	return x, err
}

// All returns the entries of a list, in the order of their digests.
func (l *List) All() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for r, err := range l.rows() {
			var e Entry
			if err == nil {
				err = json.Unmarshal(r.text, &e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
