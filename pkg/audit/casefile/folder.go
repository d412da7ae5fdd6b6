package casefile

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"osint/pkg/audit"
)

type (
	statFunc = func(name string) (fs.FileInfo, error)
	openFunc = func(name string) (*os.File, error)
)

// plainFile opens a file that is nothing else: no link that leads elsewhere, no
// pipe that nobody fills.
func plainFile(stat statFunc, open openFunc, name string) (*os.File, error) {
	info, err := stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	return open(name)
}

// fileManagers are the names of what desktops leave in folders that are looked at.
var fileManagers = []string{".DS_Store", "Thumbs.db", "desktop.ini"}

// readFolder meets every file of the folder: what is no evidence that a line
// names is a report, or nobody's.
func (r *reader) readFolder() error {
	unnamed, first := 0, ""
	err := fs.WalkDir(r.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			r.fault(audit.Incomplete, "folder", "%s can't be read: %v", name, err)
			return nil
		case d.IsDir(), name == "case.jsonl", name == "lock", name == packName, slices.Contains(fileManagers, path.Base(name)):
			return nil
		case strings.HasPrefix(name, "evidence/"):
			if !r.named(name) {
				if unnamed++; first == "" {
					first = name
				}
			}
			return nil
		}
		r.file(name)
		return nil
	})
	if unnamed > 0 {
		r.fault(audit.Warned, "evidence", "files in evidence/ that no line names, as a run leaves that was killed: %d, the first is %s", unnamed, first)
	}
	return err
}

// named reports whether a line names the answer that lies in a file.
func (r *reader) named(name string) bool {
	digest := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(name, "evidence/"), ".gz"), "/", "")
	raw, err := hex.DecodeString(digest)
	return err == nil && len(raw) == sha256.Size && blobName(digest) == name && r.blobs[[32]byte(raw)]
}

// digestOf returns the SHA-256 of a file.
func (r *reader) digestOf(name string) (string, error) {
	f, err := plainFile(r.root.Lstat, r.root.Open, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
