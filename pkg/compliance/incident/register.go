package incident

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A Register is a folder of incidents. One that is not there is empty.
type Register struct{ Dir string }

// ErrNone says that the register has no such incident.
var ErrNone = errors.New("no such incident")

func (r Register) path(id string) string { return filepath.Join(r.Dir, id+".json") }

// IDs returns the incidents that have a file, sorted.
func (r Register) IDs() ([]string, error) {
	entries, err := os.ReadDir(r.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the register of incidents: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".json"); ok && ValidID(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Read returns an incident, and the SHA-256 of its file.
func (r Register) Read(id string) (*Incident, string, error) {
	if !ValidID(id) {
		return nil, "", fmt.Errorf("%w: %q is no id, which is i- and 16 hexadecimal digits", ErrNone, id)
	}
	text, err := os.ReadFile(r.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%w: %s", ErrNone, id)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read incident %s: %w", id, err)
	}
	i := &Incident{}
	if err := json.Unmarshal(text, i); err != nil || i.ID != id {
		return nil, "", &Damaged{ID: id, Path: r.path(id), Err: err}
	}
	if i.Schema > SchemaVersion {
		return nil, "", fmt.Errorf("incident %s was written by a newer osint (schema %d; this one reads %d)", id, i.Schema, SchemaVersion)
	}
	return i, digest(text), nil
}

// Damaged is the error of a file that is no incident, or another one.
type Damaged struct {
	ID, Path string
	Err      error
}

func (d *Damaged) Error() string {
	if d.Err == nil {
		return fmt.Sprintf("%s is another incident than %s", d.Path, d.ID)
	}
	return fmt.Sprintf("%s is no incident: %v", d.Path, d.Err)
}

func (d *Damaged) Unwrap() error { return d.Err }

// Write counts the incident's version up and puts its file in place, whole or
// not at all. Before that record is called with the digest that the file will
// have: if it fails nothing was written.
func (r Register) Write(i *Incident, record func(sha256 string) error) error {
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	i.Version++
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(i); err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	f, err := os.CreateTemp(r.Dir, "."+i.ID+"-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	if err := record(digest(b.Bytes())); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), r.path(i.ID)); err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	return syncDir(r.Dir)
}

// Alone does what changes the register while nobody else does.
func (r Register) Alone(do func() error) error {
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		return fmt.Errorf("lock the register of incidents: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(r.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock the register of incidents: %w", err)
	}
	defer f.Close() // which ends the lock
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock the register of incidents: %w", err)
	}
	return do()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
