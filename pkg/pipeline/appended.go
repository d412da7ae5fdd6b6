package pipeline

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// appendLines puts whole lines at the end of a file, which is made if need be,
// and does not make them durable. A last line that was torn is cut off first:
// it never was, and what is written behind it must not be lost with it. One
// caller at a time.
func appendLines(path string, lines []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	end, err := wholeLines(f)
	if err == nil {
		_, err = f.WriteAt(lines, end)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// appendDurably is appendLines, and durable when it returns.
func appendDurably(path string, lines []byte) error {
	_, err := os.Lstat(path)
	made := os.IsNotExist(err)
	if err := appendLines(path, lines); err != nil {
		return err
	}
	if made {
		return syncEach(map[string]bool{path: true})
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return syncData(f)
}

// wholeLines cuts a torn last line off a file and returns its size.
func wholeLines(f *os.File) (size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size = info.Size()
	block := make([]byte, 4096)
	for at := size; at > 0; {
		from := max(0, at-int64(len(block)))
		n, err := f.ReadAt(block[:at-from], from)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(block[:n], '\n'); i >= 0 {
			at = from + int64(i) + 1
			if at < size {
				err = f.Truncate(at)
			} else {
				err = nil
			}
			return at, err
		}
		at = from
	}
	if size > 0 {
		return 0, f.Truncate(0)
	}
	return 0, nil
}

// ReplaceFile puts what fill writes in the place of a file, for nobody else to
// read, durably: it is on disk before it has the name, so that whoever opens it,
// also after a power cut, finds the old bytes whole or the new ones. The old ones
// have no name any more; that they are gone from the disk nobody can promise who
// writes to a modern one.
func ReplaceFile(path string, fill func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncPath(filepath.Dir(path))
}

// replaceFile is ReplaceFile with the bytes at hand.
func replaceFile(path string, data []byte) error {
	return ReplaceFile(path, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// removeFiles removes files, and makes that durable. What is not there is no
// error.
func removeFiles(paths ...string) error {
	dirs := map[string]bool{}
	for _, p := range paths {
		if err := os.Remove(p); err != nil && !os.IsNotExist(err) {
			return err
		}
		dirs[filepath.Dir(p)] = true
	}
	return syncDirs(dirs)
}
