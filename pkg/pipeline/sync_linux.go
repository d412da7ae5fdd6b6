package pipeline

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// fewFiles is up to how many files are flushed one by one. A flush of the
// whole file system costs about as much as eight of them.
const fewFiles = 8

// syncData makes a file's bytes durable, not its times.
func syncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// syncFiles makes files below dir, and their names, durable.
func syncFiles(dir string, paths map[string]bool) error {
	if len(paths) <= fewFiles {
		return syncEach(paths)
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err == nil {
		return nil
	}
	return syncEach(paths)
}
