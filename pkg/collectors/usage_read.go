package collectors

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Turn is what this machine knows of a source's pace.
type Turn struct {
	Source string
	Today  int       // requests on this day, in UTC
	Next   time.Time // no request before
	Until  time.Time // it asked to be left alone until then
	Used   time.Time // last
}

// ReadTurns reads what the processes of this machine share, below the state
// folder, by source. It takes no lock and changes nothing. What is known of
// other internets than the usual one is left out.
func ReadTurns(stateDir string, now time.Time) (all []Turn, err error) {
	f, err := os.Open(filepath.Join(stateDir, "usage.db"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	known := map[string]*tally{}
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&known); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.New("usage.db is torn: it is begun anew with the next request")
	}
	for name, t := range known {
		if t == nil || strings.Contains(name, " by ") {
			continue
		}
		x := Turn{Source: name, Next: t.Next, Until: t.Until, Used: t.Used}
		if t.Day == now.UTC().Format(time.DateOnly) {
			x.Today = t.Count
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b Turn) int { return cmp.Compare(a.Source, b.Source) })
	return all, nil
}
