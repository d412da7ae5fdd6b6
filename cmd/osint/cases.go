package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

func newCases(c *console) *cobra.Command {
	var asJSON, yes bool
	list := &cobra.Command{
		Use: "list [DIR]", Short: "List the cases and batches in a folder", Args: atMost(1),
		Long: `The folder is the one that osint investigate keeps cases in, unless DIR says
otherwise. One that is stopped or interrupted is continued by osint resume.`,
		Example: "  osint cases list\n  osint cases list .\n  osint cases list --json | jq -r '.cases[].dir'",
		RunE: func(_ *cobra.Command, args []string) error {
			cases := c.places(false).cases()
			if len(args) > 0 {
				cases = filepath.Clean(args[0])
				if info, err := os.Stat(cases); err != nil || !info.IsDir() {
					return usage("there is no folder %s: name one that holds cases", cases)
				}
				if holdsCase(cases) {
					return usage("%s is a case itself: osint show %s looks into it", cases, cases)
				}
			}
			return c.listCases(cases, asJSON)
		},
	}
	jsonFlag(list, &asJSON)
	c.csvFlag(list)
	rm := &cobra.Command{
		Use: "rm CASE...", Short: "Remove cases, with their evidence and reports", Example: "  osint cases rm --yes CASE",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("osint cases rm needs a case: osint cases list names them")
			}
			return c.removeCases(args, yes)
		},
	}
	rm.Flags().BoolVar(&yes, "yes", false, "do it: a case that was removed is gone")
	return shelf("cases", groupRead, "List, prune and remove cases", "  osint cases list", list, rm, newPrune(c))
}

// A caseRow is what the list says of one case.
type caseRow struct {
	Name    string    `json:"name"`
	Dir     string    `json:"dir"`
	ID      string    `json:"id"`
	Target  string    `json:"target"`
	Started time.Time `json:"started"`
	Outcome string    `json:"outcome"` // complete, interrupted, timeout, running, stopped, broken
	Level   string    `json:"level"`
	Score   *float64  `json:"score"`
	TLP     string    `json:"tlp"`
	Error   string    `json:"error,omitempty"`
}

func (c *console) listCases(cases string, asJSON bool) error {
	rows := []caseRow{}
	t := table{header: []string{"case", "target", "started", "outcome", "level", "score", "tlp"}, right: []int{5}}
	names := caseNames(cases)
	if isBatch(cases) {
		names = batchCases(cases)
	}
	for _, name := range names {
		r := describeCase(name, filepath.Join(cases, name))
		rows = append(rows, r)
		score, started := "", ""
		if r.Score != nil {
			score = fmt.Sprintf("%.1f", *r.Score)
		}
		if !r.Started.IsZero() {
			started = r.Started.Format(time.RFC3339)
		}
		t.add(r.Name, r.Target, started, r.Outcome, r.Level, score, r.TLP)
	}
	batches := describeBatches(cases)
	if asJSON {
		return c.json(map[string]any{"folder": cases, "cases": rows, "batches": batches})
	}
	if len(rows)+len(batches) == 0 {
		c.say("no cases in %s yet: osint investigate SEED makes one", cases)
		return nil
	}
	if len(rows) > 0 {
		if err := c.table(t); err != nil || len(batches) == 0 {
			return err
		}
		fmt.Fprintln(c.out)
	}
	t = table{header: []string{"batch", "targets", "runs", "last run", "outcome", "code"}, right: []int{1, 2, 5}}
	for _, b := range batches {
		t.add(b.Name, fmt.Sprint(b.Targets), fmt.Sprint(b.Runs), b.Run, b.Outcome, fmt.Sprint(b.Code))
	}
	return c.table(t)
}

// A batchLine is what the list says of one batch: its last run.
type batchLine struct {
	Name    string `json:"name"`
	Dir     string `json:"dir"`
	Runs    int    `json:"runs"`
	Run     string `json:"run"`
	Targets int    `json:"targets"`
	Outcome string `json:"outcome"` // complete, interrupted, or stopped: it was killed
	Code    int    `json:"code"`
}

func describeBatches(cases string) []batchLine {
	lines := []batchLine{}
	for _, name := range batchNames(cases) {
		dir := filepath.Join(cases, name)
		runs := batchRuns(dir)
		l := batchLine{Name: name, Dir: dir, Runs: len(runs), Outcome: "stopped"}
		if len(runs) > 0 {
			l.Run = runs[len(runs)-1]
		}
		if x, err := readIndex(filepath.Join(dir, l.Run, indexFile)); err == nil && x != nil {
			l.Targets, l.Outcome, l.Code = len(x.Rows), string(x.Outcome), x.Code
		}
		lines = append(lines, l)
	}
	return lines
}

func describeCase(name, dir string) caseRow {
	r := caseRow{Name: name, Dir: dir, Outcome: "stopped"}
	cs, err := pipeline.Read(dir)
	if err != nil {
		r.Outcome, r.Error = "broken", err.Error()
	}
	if cs == nil || cs.Opened == nil {
		return r
	}
	r.ID, r.Target, r.Started, r.TLP = cs.Opened.Case, title(cs.Opened.Seeds), cs.Began.UTC().Truncate(time.Second), cs.Opened.TLP
	if err == nil {
		r.Outcome = outcomeIn(cs, dir)
	}
	if a := cs.Assessment; a != nil {
		r.Level, r.Score = a.Level, &a.Score
		if cs.Nobody() {
			r.Level, r.Score = "none", nil
		}
	}
	return r
}

// removeCases removes whole case folders, those only, and none that another
// process is at work on.
func (c *console) removeCases(names []string, yes bool) error {
	var dirs []string
	for _, n := range names {
		dir, err := c.find(n)
		if err != nil {
			return err
		}
		dirs = append(dirs, dir)
	}
	if len(dirs) > 0 && !yes {
		return usage("%s would be removed for good: say so with --yes", dirs[0])
	}
	return c.removing("osint cases remove", func(record func(id string) error) error { return c.removeEach(dirs, record) })
}

func (c *console) removeEach(dirs []string, record func(id string) error) error {
	for _, dir := range dirs {
		folder, err := pipeline.Open(dir, c.places(false).keys())
		var held *pipeline.Locked
		if errors.As(err, &held) {
			return err
		}
		if id, err := caseID(dir); err == nil {
			if err := record(id); err != nil {
				return err
			}
			if err := pipeline.ForgetKeys(c.places(false).keys(), id); err != nil {
				return err
			}
		}
		if err := removeFolder(dir); err != nil {
			return err
		}
		if folder != nil {
			folder.Close()
		}
		fmt.Fprintln(c.out, report.Safe(dir))
	}
	return nil
}

// caseID reads the id of a case from its first line.
func caseID(dir string) (string, error) {
	o, err := readOpened(dir)
	if err != nil {
		return "", err
	}
	return o.Case, nil
}

// readOpened reads the first line of a case.
func readOpened(dir string) (*pipeline.Opened, error) {
	f, err := os.Open(filepath.Join(dir, caseFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e, err := firstLine(f)
	if err != nil {
		return nil, err
	}
	return e.Opened, nil
}

// firstLine reads the line that opens a case.
func firstLine(f *os.File) (*pipeline.Event, error) {
	line, err := bufio.NewReaderSize(f, 1<<16).ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	e, err := pipeline.ParseEvent(line)
	if err != nil || e.Opened == nil {
		return nil, errors.New("no first line")
	}
	return e, nil
}
