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
	"strings"

	"osint/pkg/pipeline"
)

// suppressionFormat is what an exported list says it is. One of v1 has entries of
// form 1 alone; who knows no other would look up the rest in vain.
const (
	suppressionFormat  = "osint-suppression@v2"
	suppressionFormat1 = "osint-suppression@v1"
)

// An exported list has its key in its first line: where it is taken in, entities
// are digested under the key of the list that they may be on.
type exported struct {
	Format string `json:"format"`
	*List
	Key string `json:"key"`
}

// ExportSuppressions writes the own list into a file, for another installation to
// take in. Whoever has the file can try whether somebody is on it.
func ExportSuppressions(keysDir, path string) (x Edit, err error) {
	s, err := OpenSuppressions(keysDir)
	if err != nil {
		return x, err
	}
	defer s.Close()
	if len(s.lists) == 0 || s.lists[0].Name != OwnList {
		return x, errors.New("there is no own list yet: osint compliance suppress add makes it")
	}
	l := s.lists[0]
	err = pipeline.ReplaceFile(path, func(f *os.File) error {
		return l.writeTo(f, exported{suppressionFormat, l, hex.EncodeToString(l.key)}, l.rows())
	})
	return Edit{List: l.ID, Name: l.Name, Entries: l.Entries, Changed: l.Entries}, err
}

// IsSuppressions reports whether a file is a list that was exported, by its first
// bytes.
func IsSuppressions(head []byte) bool {
	return strings.HasPrefix(string(head), `{"format":"osint-suppression`)
}

// ImportSuppressions takes in a list that another installation exported. One of
// the same id replaces what was taken in before. name "" is the list's id.
func ImportSuppressions(keysDir string, r io.Reader, name string) (x Edit, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	lines.Scan()
	head := exported{List: &List{}}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil || head.Format != suppressionFormat && head.Format != suppressionFormat1 || !isListID().MatchString(head.ID) {
		return x, fmt.Errorf("the first line does not say that this is a list of %s", suppressionFormat)
	}
	if head.Form > suppressionForm || head.Format == suppressionFormat1 && head.Form > 1 {
		return x, fmt.Errorf("the first line says %s and form %d, which this osint doesn't know", head.Format, head.Form)
	}
	key, err := parseListKey(head.Key)
	if err != nil {
		return x, err
	}
	if name == "" {
		name = head.ID
	}
	if name == OwnList || len(name) > longestName || unplain(name) {
		return x, fmt.Errorf("a list that is taken in can't be called so: %q is this installation's, and a name is plain text of %d bytes at most", OwnList, longestName)
	}
	err = holding(keysDir, func(dir string) error {
		s, err := OpenSuppressions(keysDir)
		if err != nil {
			return err
		}
		defer s.Close()
		for _, l := range s.lists {
			switch {
			case l.ID == head.ID && l.Name == OwnList:
				return errors.New("it is this installation's own list")
			case l.ID == head.ID && string(l.key) != string(key):
				return errors.New("a list of this id was taken in with another key: take that one out first")
			case l.ID != head.ID && l.Name == name:
				return fmt.Errorf("another list is called %q: choose a name with --name", name)
			}
		}
		l, err := newList(dir, head.ID, name, key, head.Made, head.Form)
		if err == nil {
			err = l.write(imported(lines, head.Entries))
		}
		if err != nil {
			if _, there := os.Stat(l.path); there != nil { // the key of no list
				os.Remove(strings.TrimSuffix(l.path, ".jsonl") + ".key")
			}
			return err
		}
		x = Edit{List: l.ID, Name: l.Name, Entries: l.Entries, Changed: l.Entries}
		return nil
	})
	return x, err
}

// imported returns the entries of an exported list, as they stand; there must be
// so many.
func imported(lines *bufio.Scanner, want int) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		n := 1
		for lines.Scan() {
			n++
			var e Entry
			err := json.Unmarshal(lines.Bytes(), &e)
			if err == nil {
				err = e.check()
			}
			if _, ok := rowDigest(line(e)); err == nil && !ok {
				err = errors.New("its digest is not 64 lower-case hexadecimal digits")
			}
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
			}
			if !yield(row{e.Digest, line(e)}, err) {
				return
			}
		}
		switch err := lines.Err(); {
		case err != nil:
			yield(row{}, fmt.Errorf("line %d: %w", n+1, err))
		case n-1 != want:
			yield(row{}, fmt.Errorf("it has %d entries and says that it has %d: it is not whole", n-1, want))
		}
	}
}
