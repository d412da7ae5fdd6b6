package pipeline

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

// What a process leaves that was killed while it wrote: an answer, or a part of
// one, and a report that was not renamed yet.
var (
	answerName = regexp.MustCompile(`^evidence/([0-9a-f]{2})/([0-9a-f]{62})\.gz$`)
	unfinished = regexp.MustCompile(`^(evidence/[0-9a-f]{2}/\.new-[0-9]+|reports/\.[^/]+-[0-9]+)$`)
)

// Tidy removes what a killed run left in the folder: files that were not finished,
// and answers that no line names; it returns how many. Nothing else is touched.
// Only the holder of the case calls it, before it writes, and after the ledger
// agreed with the lines: of a case that was set back, the lines that name its
// answers may come back.
func (f *Folder) Tidy() (removed int, err error) {
	named := map[string]bool{}
	if err := f.Replay(naming(named)); err != nil {
		return 0, err
	}
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	for _, dir := range []string{"evidence", "reports"} {
		err := fs.WalkDir(root.FS(), dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return ignoreAbsent(err)
			}
			m := answerName.FindStringSubmatch(name)
			if m == nil && !unfinished.MatchString(name) || m != nil && named[m[1]+m[2]] {
				return nil
			}
			if err := root.Remove(name); err != nil {
				return ignoreAbsent(err)
			}
			removed++
			if strings.HasPrefix(name, "evidence/") {
				_ = root.Remove(path.Dir(name)) // it stays unless it is empty
			}
			return nil
		})
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// naming is a sink that notes the digests of answers that lines name.
type naming map[string]bool

// Event implements [Sink].
func (n naming) Event(e *Event) error {
	if e.Exchanged != nil {
		n[e.Exchanged.SHA256] = true
	}
	return nil
}

// Sync implements [Sink].
func (n naming) Sync() error { return nil }

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
