package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
)

// A batchFolder is the folder of a batch, held by this process:
//
//	DIR/index.json            the last run, and what the next is compared with
//	DIR/lock                  who is at work in it
//	DIR/RUN/rows.jsonl        one row a line, as targets end
//	DIR/RUN/index.json        the same once the run has ended; also .csv, .html
//	DIR/RUN/TARGET/           a case
type batchFolder struct {
	dir     string
	run     string // the run's name: when it began
	source  string
	began   time.Time
	resumed int
	before  *fleet.Index // nil: this is the first run
	done    map[string]fleet.Row

	lock *os.File
	rows *os.File
	err  error // the rows can't be written
}

const (
	indexFile = "index.json"
	rowsFile  = "rows.jsonl"
	runLayout = "20060102T150405Z"
)

// openFolder takes the folder of the batch, and begins a run in it, or goes
// on with the last one.
func (b *batch) openFolder(file string) (f *batchFolder, err error) {
	f = &batchFolder{dir: b.out, source: "stdin", began: time.Now().UTC(), done: map[string]fleet.Row{}}
	if file != "-" {
		if f.source, err = filepath.Abs(file); err != nil {
			return nil, err
		}
	}
	if f.dir == "" {
		name := filepath.Base(f.source)
		f.dir = filepath.Join(b.places.cases(), fileName(strings.TrimSuffix(name, filepath.Ext(name))))
	}
	if holdsCase(f.dir) {
		return nil, usage("%s holds a case: name another folder with --out", f.dir)
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, usage("--out: %w", err)
	}
	if f.lock, err = b.takeLock(f.dir); err != nil {
		return nil, err
	}
	if err = f.begin(b.out == "", b.resume); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// takeLock waits for the folder as long as --lock-timeout says.
func (b *batch) takeLock(dir string) (*os.File, error) {
	for until := time.Now().Add(b.patient); ; {
		l, err := pipeline.Lock(dir)
		var held *pipeline.Locked
		if !errors.As(err, &held) || !time.Now().Before(until) {
			return l, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-b.ctx.Done():
			return nil, &exit{b.intr.Code(), errors.New("interrupted before the start: nothing was asked")}
		}
	}
}

func (f *batchFolder) begin(named, resume bool) (err error) {
	if f.before, err = readIndex(filepath.Join(f.dir, indexFile)); err != nil {
		return err
	}
	if named && f.before != nil && f.before.Source != f.source {
		return usage("%s is the batch of %s: name another folder with --out", f.dir, f.before.Source)
	}
	if resume {
		return f.goOn()
	}
	f.run = f.began.Format(runLayout)
	for n := 2; ; n++ {
		err := os.Mkdir(filepath.Join(f.dir, f.run), 0o700)
		if err == nil {
			break
		}
		if !os.IsExist(err) {
			return err
		}
		f.run = f.began.Format(runLayout) + fmt.Sprintf("-%d", n)
	}
	return f.openRows()
}

// goOn takes up the last run, if it left something to do.
func (f *batchFolder) goOn() error {
	runs := batchRuns(f.dir)
	if len(runs) == 0 {
		return usage("--resume: there is no run in %s yet: leave the flag out", f.dir)
	}
	f.run = runs[len(runs)-1]
	last, err := readIndex(filepath.Join(f.dir, f.run, indexFile))
	if err != nil {
		return err
	}
	open := func(r fleet.Row) bool { return !r.Outcome.Settled() }
	if last != nil && !slices.ContainsFunc(last.Rows, open) {
		return usage("--resume: the last run, %s, is complete: leave the flag out for a new one", f.run)
	}
	f.resumed = 1
	if last != nil {
		f.resumed, f.began = last.Resumed+1, last.Began
	}
	rows, err := readRows(filepath.Join(f.dir, f.run, rowsFile))
	for _, r := range rows {
		if delete(f.done, rowKey(r)); r.Outcome.Settled() {
			f.done[rowKey(r)] = r
		}
	}
	return errors.Join(err, f.openRows())
}

func rowKey(r fleet.Row) string { return string(r.Kind) + ":" + r.Target }

func (f *batchFolder) openRows() (err error) {
	f.rows, err = os.OpenFile(filepath.Join(f.dir, f.run, rowsFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil && f.resumed > 0 {
		_, err = f.rows.WriteString("\n") // ends a torn line; an empty one is no row
	}
	return err
}

// compare gives each job the name of its case, what is known of its target,
// and how it ended in the run that is continued.
func (f *batchFolder) compare(jobs []*job) {
	taken := map[string]bool{indexFile: true, rowsFile: true}
	for _, j := range jobs {
		name := fmt.Sprintf("line-%d", j.line)
		if !j.target.Personal() {
			name = fileName(j.target.Value)
			j.before = f.before.Row(j.target.Kind, j.target.Value)
			if r, ok := f.done[string(j.target.Kind)+":"+j.target.Value]; ok {
				j.done = &r
			}
		}
		j.dir = name
		for n := 2; taken[j.dir]; n++ {
			j.dir = fmt.Sprintf("%s-%d", name, n)
		}
		taken[j.dir] = true
	}
}

// note writes one row, so that it is known whatever becomes of this process.
func (f *batchFolder) note(r *fleet.Row) {
	if f.err == nil {
		_, f.err = f.rows.Write(append(compact(r), '\n'))
	}
}

// index makes the record of the run.
func (f *batchFolder) index(rows []fleet.Row, b build, world string) *fleet.Index {
	x := &fleet.Index{SchemaVersion: fleet.SchemaVersion, Run: f.run, Source: f.source, Resumed: f.resumed, Began: f.began, Ended: time.Now().UTC(),
		Tool: pipeline.Tool{Name: "osint", Version: b.Version, Commit: b.Commit, Lab: world}, Rows: rows}
	var labels []string
	for i := range rows {
		if rows[i].TLP != "" {
			labels = append(labels, rows[i].TLP)
		}
	}
	if len(labels) > 0 {
		x.TLP = report.StricterLabel(labels...)
	}
	x.Close(f.before)
	return x
}

// write puts the index where the run is, and where the next run looks.
func (f *batchFolder) write(x *fleet.Index) error {
	err := f.err
	if err == nil {
		err = writeRun(f.dir, x)
	}
	if err == nil {
		err = writeFile(filepath.Join(f.dir, indexFile), 0o600, indented(x))
	}
	if err != nil {
		return fmt.Errorf("the batch's index: %w; the cases are in %s", err, filepath.Join(f.dir, f.run))
	}
	return nil
}

func (f *batchFolder) close() {
	if f.rows != nil {
		f.rows.Close()
	}
	f.lock.Close()
}
