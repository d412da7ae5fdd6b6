//go:build unix && !linux

package pipeline

import "os"

func syncData(f *os.File) error { return f.Sync() }

func syncFiles(_ string, paths map[string]bool) error { return syncEach(paths) }
