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
	Source   string
	Today    int       // requests on this day, in UTC
	Month    int       // in this month
	SpentUSD float64   // on this day
	Next     time.Time // no request before
	Until    time.Time // it asked to be left alone until then
	Failures int       // in a row, where its breaker is open; else 0
	Again    time.Time // when one may try, where it is
	Used     time.Time // last
}

// ReadTurns reads what the processes of this machine share, below the state
// folder, by source. It takes no lock and changes nothing. What is known of
// other internets than the usual one is left out, but for what was spent there:
// that is in the sum of this day.
func ReadTurns(stateDir string, now time.Time) (all []Turn, spentUSD float64, err error) {
	known, err := readTallies(stateDir)
	for name, t := range known {
		if t == nil {
			delete(known, name)
			continue
		}
		if strings.Contains(name, " by ") {
			continue
		}
		x := Turn{Source: name, Next: t.Next, Until: t.Until, Used: t.Used}
		if t.Day == day(now) {
			x.Today, x.SpentUSD = t.Count, float64(t.Spent)/1e6
		}
		if t.Month == month(now) {
			x.Month = t.Sum
		}
		if t.Failures >= trips {
			x.Failures, x.Again = t.Failures, cooled(t.Failures, t.Opened)
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b Turn) int { return cmp.Compare(a.Source, b.Source) })
	return all, float64(spentOn(known, day(now))) / 1e6, err
}

// readTallies reads usage.db as it is; none if there is none.
func readTallies(stateDir string) (known map[string]*tally, err error) {
	f, err := os.Open(filepath.Join(stateDir, "usage.db"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&known); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.New("usage.db is torn: it is begun anew with the next request")
	}
	return known, nil
}
