package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxFile is the most that is read of a file.
const maxFile = 1 << 20

// ReadPrivate returns what a file holds that nobody but its owner, who is us, can
// read. A link is followed: what counts is the file behind it.
func ReadPrivate(path string) ([]byte, error) {
	return readBounded(path, private)
}

// readBounded returns what a regular file of at most [maxFile] bytes holds. check
// is asked of the file that was opened.
func readBounded(path string, check func(path string, info fs.FileInfo) error) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe is not waited for
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, cause(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file: name one", path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has more than 1 MiB: it is no file of credentials", path)
	}
	if err := check(path, info); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, cause(err))
	}
	return b, nil
}

// private says why a file is not its owner's alone, or its owner is not us.
func private(path string, info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to somebody else: run chown %d %s, if it is yours", path, os.Geteuid(), path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others: run chmod 600 %s", path, path)
	}
	return nil
}

// anybody's file is as good, for it is encrypted.
func anybody(string, fs.FileInfo) error { return nil }

// cause is an error without the path that it may hold.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
