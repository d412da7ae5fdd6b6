package pipeline

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Folder is a case on disk, held by this process: case.jsonl, evidence/ and
// reports/. It can be zipped, mailed and kept; its keys lie elsewhere.
type Folder struct {
	Dir  string
	Case *Case // what its lines say; nothing in a new one

	lock  *os.File
	file  *File
	keys  *Keys
	store *Store
	vault *Vault
	also  []Sink
}

// Create makes a new case folder, or takes an empty one. keysDir is the
// installation's key store.
func Create(dir, keysDir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make case folder: %w", err)
	}
	f, err := hold(dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(f.path()); err == nil && info.Size() > 0 {
		f.Close()
		return nil, fmt.Errorf("%s holds a case already: choose another --out, or continue it with: osint resume %s", dir, dir)
	}
	return f, f.equip("c-"+hex.EncodeToString(random(8)), keysDir, 0)
}

// Open takes an existing case, cuts a torn last line and replays the rest
// into Case.
func Open(dir, keysDir string) (*Folder, error) {
	if _, err := os.Stat(filepath.Join(dir, "case.jsonl")); err != nil {
		return nil, noCase(dir, err)
	}
	f, err := hold(dir)
	if err != nil {
		return nil, err
	}
	size, err := f.replay()
	if err == nil {
		err = f.equip(f.Case.Opened.Case, keysDir, size)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return f, nil
}

// Read folds the case in a folder without taking it. Of a broken case it
// returns the sound part together with a *[BrokenCase].
func Read(dir string) (*Case, error) {
	in, err := os.Open(filepath.Join(dir, "case.jsonl"))
	if err != nil {
		return nil, noCase(dir, err)
	}
	defer in.Close()
	c := NewCase()
	if _, err := Replay(in, c); err != nil {
		return c, fmt.Errorf("%s: %w", dir, err)
	}
	if c.Opened == nil {
		return nil, fmt.Errorf("%s: the case has no first line", dir)
	}
	return c, nil
}

// ReadVault opens the vault of a case to read from it.
func ReadVault(c *Case, dir, keysDir string) (*Vault, error) {
	keys, err := OpenKeys(keysDir, c.Opened.Case)
	if err != nil {
		return nil, err
	}
	evidence := filepath.Join(dir, "evidence")
	return OpenVault(c.Opened.Case, evidence, keys, NewStore(evidence))
}

// Sinks returns what makes the case durable, in order: keys, sealed values,
// evidence, case file, and what was added by [Folder.Also].
func (f *Folder) Sinks() []Sink {
	return append([]Sink{f.keys, f.vault, f.store, f.file}, f.also...)
}

// Also adds a sink that hears every line from here on, once it is in the case
// file: the ledger. It has heard the lines that are there.
func (f *Folder) Also(s Sink) { f.also = append(f.also, s) }

// Vault returns what seals and opens the case's values.
func (f *Folder) Vault() *Vault { return f.vault }

// Beside names folders of other cases: evidence that is byte-equal to theirs
// is stored once, as a hard link. Each case stays whole: it can be mailed, and
// removing one takes nothing from another. Bytes that are tampered with through
// one case are tampered with in all that share them, and no digest matches any
// more; a sealed answer has a key of its own and equals none. To be called
// before the run.
func (f *Folder) Beside(dirs ...string) {
	for _, d := range dirs {
		f.store.beside = append(f.store.beside, NewStore(filepath.Join(d, "evidence")))
	}
}

// Replay feeds the case's lines to sinks that have not heard them: before a
// run is resumed, a gate that learns, and renderers.
func (f *Folder) Replay(to ...Sink) error {
	in, err := os.Open(f.path())
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = Replay(in, to...)
	return err
}

// Append adds one line that a command writes, with the next number and, unless
// it has one, the time, and makes it durable.
func (f *Folder) Append(e *Event) error {
	if e.Seq = f.file.last + 1; e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	sinks := f.Sinks()
	if f.Case != nil {
		if err := f.Case.Event(e); err != nil {
			return err
		}
	}
	for _, s := range sinks {
		if err := s.Event(e); err != nil {
			return err
		}
	}
	for _, s := range sinks {
		if err := s.Sync(); err != nil {
			return err
		}
	}
	return nil
}

// Enter puts what the case has sealed into the index, whole, where it is not: its
// keys are older than the index, or came back with a backup.
func (f *Folder) Enter() error {
	x, err := OpenIndex(f.keys.dir)
	if err != nil {
		return err
	}
	l, err := readLines(f.Dir, nil)
	if err != nil {
		return err
	}
	for token := range l.tokens {
		if kid, _, ok := cutToken(token); ok {
			if text, ok := f.vault.RevealText(token); ok {
				f.keys.renew(kid, text)
			}
		}
	}
	if err := f.keys.Sync(); err != nil {
		return err
	}
	_, err = x.add(nil, f.keys.id, true)
	return err
}

// Close gives the case back. What was not synced is lost.
func (f *Folder) Close() error {
	var errs []error
	if f.file != nil {
		errs = append(errs, f.file.f.Close())
	}
	return errors.Join(append(errs, f.lock.Close())...)
}

func (f *Folder) path() string { return filepath.Join(f.Dir, "case.jsonl") }

func hold(dir string) (*Folder, error) {
	l, err := Lock(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Dir: dir, lock: l}, nil
}

func (f *Folder) replay() (size int64, err error) {
	in, err := os.Open(f.path())
	if err != nil {
		return 0, err
	}
	defer in.Close()
	f.Case = NewCase()
	size, err = Replay(in, f.Case)
	if err == nil && f.Case.Opened == nil {
		err = errors.New("the case has no first line: nothing was recorded, start it anew")
	}
	return size, err
}

// equip opens the case file behind its first size bytes, and all that belongs
// to it.
func (f *Folder) equip(id, keysDir string, size int64) error {
	out, err := os.OpenFile(f.path(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	f.file = &File{f: out, w: bufio.NewWriterSize(out, 1<<16)}
	if f.Case != nil {
		f.file.last = f.Case.Seq
	}
	if err := out.Truncate(size); err != nil {
		return err
	}
	if _, err := out.Seek(size, 0); err != nil {
		return err
	}
	evidence := filepath.Join(f.Dir, "evidence")
	f.store = NewStore(evidence)
	if f.keys, err = OpenKeys(keysDir, id); err != nil {
		return err
	}
	if place, err := filepath.Abs(f.Dir); err == nil {
		f.keys.lie(place)
	}
	f.vault, err = OpenVault(id, evidence, f.keys, f.store)
	return err
}

func noCase(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no case at %s: list what there is with: osint cases list", dir)
	}
	return err
}
