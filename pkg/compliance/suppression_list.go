package compliance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A List is one list of suppressed entities: LIST.jsonl, whose first line says
// what it is and whose others are entries sorted by digest; and LIST.key, beside
// it, 32 bytes in hexadecimal.
type List struct {
	ID      string    `json:"list"` // random
	Name    string    `json:"name"`
	Made    time.Time `json:"made"`
	Entries int       `json:"entries"`
	Form    int       `json:"form,omitzero"` // the oldest [suppressionForm] that an entry may have; 0 is 1

	path string // of the file
	key  []byte
	once sync.Once
	file *os.File // open from the first question on
	from int64    // where the entries begin, behind a newline
	size int64
	err  error
}

// OwnList is the name of the list that this installation adds to.
const OwnList = "own"

// suppressionDir is the folder of the lists in a key store.
func suppressionDir(keysDir string) string { return filepath.Join(keysDir, "suppression") }

// isListID matches the id of a list.
var isListID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{16}$`) })

// OpenSuppressions opens the lists in a key store. Their entries are not read.
// Where there are none, nobody is suppressed; a folder that can't be read is an
// error.
func OpenSuppressions(keysDir string) (*Suppressions, error) {
	dir := suppressionDir(keysDir)
	files, err := os.ReadDir(dir)
	if _, store := os.Stat(keysDir); errors.Is(store, syscall.ENOTDIR) { // below a file there is no key store
		err = fs.ErrNotExist
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("suppression lists: %w", err)
	}
	s := &Suppressions{now: time.Now}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		if filepath.Ext(path) != ".jsonl" {
			continue
		}
		l, err := openList(path)
		if err != nil {
			return nil, fmt.Errorf("suppression list %s: %w", path, err)
		}
		s.lists = append(s.lists, l)
	}
	slices.SortFunc(s.lists, func(a, b *List) int {
		if (a.Name == OwnList) != (b.Name == OwnList) {
			return map[bool]int{true: -1, false: 1}[a.Name == OwnList]
		}
		return strings.Compare(a.ID, b.ID)
	})
	return s, nil
}

// openList reads what a list is, and its key.
func openList(path string) (*List, error) {
	key, err := readListKey(strings.TrimSuffix(path, ".jsonl") + ".key")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head, err := lineAt(f, 0)
	if err != nil {
		return nil, err
	}
	l := &List{path: path, key: key}
	if err := json.Unmarshal(head, l); err != nil || !isListID().MatchString(l.ID) || l.Name == "" {
		return nil, errors.New("its first line does not say which list it is")
	}
	if l.Form > suppressionForm {
		return nil, fmt.Errorf("it is of form %d, and this osint knows %d: use the newer one", l.Form, suppressionForm)
	}
	return l, nil
}

func readListKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("its key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: run chmod 600 on it", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseListKey(string(b))
}

// open opens the file for searching, once.
func (l *List) open() error {
	l.once.Do(func() {
		var info os.FileInfo
		if l.file, l.err = os.Open(l.path); l.err != nil {
			return
		}
		if info, l.err = l.file.Stat(); l.err != nil {
			return
		}
		var head []byte
		if head, l.err = lineAt(l.file, 0); l.err == nil {
			l.from, l.size = int64(len(head))+1, info.Size()
		}
	})
	return l.err
}

func (l *List) close() {
	if l.file != nil {
		l.file.Close()
	}
}

// lineAt returns the line at a place, without its end.
func lineAt(f io.ReaderAt, at int64) ([]byte, error) {
	var block [longestLine]byte
	n, err := f.ReadAt(block[:], at)
	if err != nil && err != io.EOF {
		return nil, err
	}
	i := bytes.IndexByte(block[:n], '\n')
	if i < 0 {
		return nil, errors.New("its first line has no end")
	}
	return bytes.Clone(block[:i]), nil
}
