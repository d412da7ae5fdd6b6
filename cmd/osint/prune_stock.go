package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"osint/pkg/pipeline"
)

// A stock is the cases there are, and the room they take on disk.
type stock struct {
	cases []*stored
	size  int64
	freed int64
	names map[inode]uint64 // names left of files that have several
	locks map[string]*os.File
}

// A stored is one case on disk.
type stored struct {
	dir    string
	batch  string // the batch's folder; "" if it stands alone
	id     string
	title  string
	target string // what cases of the same target have in common
	began  time.Time
	ended  bool // it can't be resumed
	broken error
	own    int64 // bytes of files that have one name
	shared []sharedFile
	newer  int // cases of its target that are newer, and ended

	why   string // it goes
	stays string // it stays, though the flags would let it go
	frees int64
}

type inode struct{ dev, ino uint64 }

type sharedFile struct {
	id   inode
	size int64
}

// add takes up a case, a batch, or the cases and batches in a folder.
func (s *stock) add(dir string) error {
	if s.names == nil {
		s.names, s.locks = map[inode]uint64{}, map[string]*os.File{}
	}
	switch {
	case holdsCase(dir):
		s.measure(dir, "")
		return nil
	case isBatch(dir):
		s.addBatch(dir)
		return nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("there is no folder %s: osint cases list names the cases there are", dir)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch sub := filepath.Join(dir, e.Name()); {
		case !e.IsDir():
		case holdsCase(sub):
			s.measure(sub, "")
		case isBatch(sub):
			s.addBatch(sub)
		}
	}
	return nil
}

func (s *stock) addBatch(dir string) {
	for _, name := range batchCases(dir) {
		s.measure(filepath.Join(dir, name), dir)
	}
}

// measured takes up one case, which may be of a batch, and returns it.
func (s *stock) measured(dir string) *stored {
	batch := ""
	if run := filepath.Dir(dir); isRun(filepath.Base(run)) {
		batch = filepath.Dir(run)
	}
	s.measure(dir, batch)
	return s.cases[len(s.cases)-1]
}

// measure takes up one case.
func (s *stock) measure(dir, batch string) {
	x := &stored{dir: dir, batch: batch}
	x.broken = x.read()
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what can't be seen is not counted
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			x.own += info.Size()
			return nil
		}
		bytes := stat.Blocks * 512
		if d.IsDir() || stat.Nlink == 1 {
			x.own += bytes
			return nil
		}
		id := inode{uint64(stat.Dev), stat.Ino}
		if _, known := s.names[id]; !known {
			s.names[id] = uint64(stat.Nlink)
			s.size += bytes
		}
		x.shared = append(x.shared, sharedFile{id, bytes})
		return nil
	})
	s.size += x.own
	s.cases = append(s.cases, x)
}

// read learns who a case is about, when it began, and whether it ended, from
// its first and its last lines.
func (x *stored) read() error {
	in, err := os.Open(filepath.Join(x.dir, caseFile))
	if err != nil {
		return err
	}
	defer in.Close()
	e, err := firstLine(in)
	if err != nil {
		return err
	}
	x.id, x.title, x.began = e.Opened.Case, title(e.Opened.Seeds), e.Time
	var names []string
	for _, seed := range e.Opened.Seeds {
		names = append(names, seed.String())
	}
	x.target = strings.Join(names, " ")
	x.ended, err = endedIn(in)
	return err
}

// tail is how much of a case file is looked at for its end. The lines behind
// Closed are short.
const tail = 256 << 10

// endedIn reports whether the last line of a run says that it was done: it
// closed, and was not interrupted.
func endedIn(in *os.File) (bool, error) {
	info, err := in.Stat()
	if err != nil {
		return false, err
	}
	from := max(0, info.Size()-tail)
	text, err := io.ReadAll(io.NewSectionReader(in, from, tail))
	if err != nil {
		return false, err
	}
	lines := bytes.Split(text, []byte("\n"))
	for i := len(lines) - 1; i >= 0; i-- {
		if len(lines[i]) == 0 {
			continue
		}
		e, err := pipeline.ParseEvent(lines[i])
		if err != nil {
			continue // torn, or cut by where we began to read
		}
		switch _, act := e.Act(); {
		case e.Closed != nil:
			return e.Closed.Outcome != "interrupted", nil
		case e.Resumed != nil || act == nil && e.Triaged == nil: // a line of a run
			return false, nil
		}
	}
	return false, nil
}

// lock takes a case, and the batch it is of, until release.
func (s *stock) lock(x *stored) error {
	for _, dir := range []string{x.batch, x.dir} {
		if dir == "" || s.locks[dir] != nil {
			continue
		}
		l, err := pipeline.Lock(dir)
		if err != nil {
			return err
		}
		s.locks[dir] = l
	}
	return nil
}

// release gives the locks back.
func (s *stock) release() {
	for _, l := range s.locks {
		l.Close()
	}
}
