package pipeline

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An Index says in which cases a person's value is sealed, without saying what
// the value is: keyed digests, under a key of this installation alone. It lies
// in the key store, and is made with the first personal value.
//
//	index.key      32 random bytes, sealed in a key store that is encrypted
//	index/ab.jsonl where the values lie whose digest begins so
//	index/cases    which cases are in it, whole
//
// What it knows is durable before the key of the value is, so a value with a
// key is found. Cases that are older than it are told by [Index.Missing].
type Index struct {
	keys  string // the key store
	key   []byte // nil: there is no index yet
	clear bool   // it lies there as it is
}

// Indexed is one place of a value.
type Indexed struct {
	Subject string `json:"subject"` // keyed digest of the value
	Case    string `json:"case"`
	Kid     string `json:"kid"` // of the key that seals it there
}

// member is one line of index/cases.
type member struct {
	Case string `json:"case"`
	Key  string `json:"key"`            // which index key its entries are under
	Gone bool   `json:"gone,omitempty"` // it is not in the index any more
}

// OpenIndex reads the key of an index; nothing is made.
func OpenIndex(keysDir string) (*Index, error) {
	x := &Index{keys: keysDir}
	key, err := os.ReadFile(x.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open index of subjects: %w", err)
	}
	if info, err := os.Stat(x.keyFile()); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("index key %s can be read by others: run chmod 600 on it", x.keyFile())
	}
	if x.clear = len(key) == 32; len(key) == 32+wrapped {
		w, err := wrapOf(keysDir, false)
		if err != nil {
			return nil, err
		}
		if key, err = w.bare(filepath.Base(x.keyFile()), key); err != nil {
			return nil, err
		}
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("index key %s has %d bytes and not 32: remove it, and the index is made anew", x.keyFile(), len(key))
	}
	x.key = key
	return x, nil
}

// Digest returns the keyed digest of a value, whatever its kind and however it
// is spaced and capitalised; "" while there is no index.
func (x *Index) Digest(value string) string {
	if x.key == nil {
		return ""
	}
	m := hmac.New(sha256.New, x.key)
	m.Write([]byte(fold(value)))
	return hex.EncodeToString(m.Sum(nil))
}

// fold is the form in which values are compared.
func fold(value string) string { return strings.ToLower(strings.Join(strings.Fields(value), " ")) }

// Find returns the places of a value. It reads one shard.
func (x *Index) Find(value string) (found []Indexed, err error) {
	digest := x.Digest(value)
	if digest == "" {
		return nil, nil
	}
	err = eachLine(x.shard(digest), func(line []byte) {
		var e Indexed
		if json.Unmarshal(line, &e) == nil && e.Subject == digest && !slices.Contains(found, e) {
			found = append(found, e)
		}
	})
	return found, err
}

// Missing returns the cases with keys that are not, or not whole, in the index:
// they are older than it, or came from a backup. They must be looked through.
func (x *Index) Missing() (cases []string, err error) {
	whole := map[string]bool{}
	if err := eachLine(x.members(), func(line []byte) {
		var m member
		if json.Unmarshal(line, &m) == nil {
			whole[m.Case] = !m.Gone && m.Key == x.id()
		}
	}); err != nil {
		return nil, err
	}
	all, err := CasesWithKeys(x.keys)
	return slices.DeleteFunc(all, func(id string) bool { return whole[id] }), err
}

// CasesWithKeys returns the ids of the cases that have keys in a store.
func CasesWithKeys(keysDir string) (ids []string, err error) {
	entries, err := os.ReadDir(keysDir)
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".keys"); ok && strings.HasPrefix(id, "c-") {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (x *Index) dir() string      { return filepath.Join(x.keys, "index") }
func (x *Index) keyFile() string  { return filepath.Join(x.keys, "index.key") }
func (x *Index) lockFile() string { return filepath.Join(x.dir(), "lock") }
func (x *Index) members() string  { return filepath.Join(x.dir(), "cases") }

// shard returns the file of a digest, whose first two characters name it.
func (x *Index) shard(digest string) string { return filepath.Join(x.dir(), digest[:2]+".jsonl") }

// id tells one index key from another.
func (x *Index) id() string {
	sum := sha256.Sum256(x.key)
	return hex.EncodeToString(sum[:4])
}

// eachLine calls do with the lines of a file, if there is one. The bytes are
// its own for the call alone.
func eachLine(path string, do func(line []byte)) error {
	f, err := os.Open(path)
	if err != nil {
		return ignoreAbsent(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<30)
	for lines.Scan() {
		do(lines.Bytes())
	}
	return lines.Err()
}
