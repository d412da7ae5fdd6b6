package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"osint/cmd/osint/targets"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
)

// A job is one target of a batch: its line, and the order that its settings
// make of the batch's flags.
type job struct {
	line    int
	again   []int // lines that say the same
	target  pipeline.Entity
	order   order
	mandate *mandate
	dir     string     // its case folder, below the run's
	before  *fleet.Row // what is known of it; nil: nothing
	done    *fleet.Row // how it ended in the run that is continued; nil: it did not
}

// maxList bounds a list of targets, in bytes.
const maxList = 64 << 20

// read reads and checks the whole list: every error of every line is told at
// once, and nothing is done.
func (b *batch) read(c *console, file string) (*targets.List, []*job, error) {
	name, text, err := slurp(c, file)
	if err != nil {
		return nil, nil, usage("%w", err)
	}
	o := targets.Options{Format: b.input, Column: b.column}
	if o.Format == "auto" {
		o.Format = ""
	}
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(order).flags(own)
	b.typed.VisitAll(func(f *pflag.Flag) {
		if own.Lookup(f.Name) != nil {
			o.Settings = append(o.Settings, f.Name)
		} else {
			o.Reserved = append(o.Reserved, f.Name)
		}
	})
	list, err := targets.Read(name, text, o)
	errs := []error{err}
	jobs := b.jobs(c, name, list.Targets, &errs)
	if err := errors.Join(errs...); err != nil {
		return nil, nil, usage("%w", err)
	}
	if len(jobs) == 0 {
		return nil, nil, usage("%s: there is no target in it: write one a line, such as example.com", name)
	}
	return list, jobs, nil
}

func slurp(c *console, file string) (name string, text []byte, err error) {
	in := c.in
	if name = "stdin"; file != "-" {
		name = file
		if in, err = os.Open(file); err != nil {
			return name, nil, err
		}
		defer in.Close()
	}
	text, err = io.ReadAll(io.LimitReader(in, maxList+1))
	if err == nil && len(text) > maxList {
		err = fmt.Errorf("%s: more than %d MiB: split it", name, maxList>>20)
	}
	return name, text, err
}

// jobs makes a job of each target, of equal ones one.
func (b *batch) jobs(c *console, name string, list []targets.Target, errs *[]error) (jobs []*job) {
	first := map[pipeline.Entity]*job{}
	settings := map[*job]string{}
	for _, t := range list {
		wrong := func(err error) { *errs = append(*errs, fmt.Errorf("%s:%d: %w", name, t.Line, err)) }
		j, err := b.job(c, t)
		if err != nil {
			for _, e := range lines(err) {
				wrong(e)
			}
			continue
		}
		known, says := first[j.target], fmt.Sprint(t.Settings)
		switch {
		case known == nil:
			first[j.target], settings[j] = j, says
			jobs = append(jobs, j)
		case settings[known] == says:
			known.again = append(known.again, t.Line)
		default:
			wrong(fmt.Errorf("%s stands on line %d already, with other settings: take one of them out", title([]pipeline.Entity{j.target}), known.line))
		}
	}
	return jobs
}

// lines parts an error that says several things.
func lines(err error) (errs []error) {
	for l := range strings.SplitSeq(err.Error(), "\n") {
		errs = append(errs, errors.New(l))
	}
	return errs
}

// job reads one target as investigate would read it, typed with the batch's
// flags and its own settings.
func (b *batch) job(c *console, t targets.Target) (j *job, err error) {
	j = &job{line: t.Line}
	if j.target, err = pipeline.ParseEntity(t.Text); err != nil {
		return nil, err
	}
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	j.order.flags(own)
	b.typed.Visit(func(f *pflag.Flag) {
		if to := own.Lookup(f.Name); to != nil && err == nil {
			err = assign(to, held(f))
			for _, from := range []string{filledFrom, projectAt} { // who gave it
				if who, ok := f.Annotations[from]; ok {
					to.Annotations[from] = who
				}
			}
		}
	})
	for _, s := range t.Settings {
		f := own.Lookup(s.Name)
		delete(f.Annotations, projectAt) // the list says it, not the project's file
		vs := s.Values
		if len(vs) == 1 {
			vs = parts(f, vs[0])
		}
		if e := assign(f, vs); e != nil {
			err = errors.Join(err, fmt.Errorf("%s: %q is no value for it: write %s", s.Name, strings.Join(s.Values, " "), wants(f)))
		}
	}
	if err != nil {
		return nil, err
	}
	j.order.watches = true
	j.mandate, err = j.order.read(c, []string{string(j.target.Kind) + ":" + j.target.Value}, own)
	return j, err
}

// held returns what a flag holds, one text for each time it may be given.
func held(f *pflag.Flag) []string {
	if s, ok := f.Value.(pflag.SliceValue); ok {
		return s.GetSlice()
	}
	return []string{f.Value.String()}
}

// assign gives a flag its value, in place of the one it had.
func assign(f *pflag.Flag, values []string) error {
	f.Changed = true
	if s, ok := f.Value.(pflag.SliceValue); ok {
		if f.Value.Type() == "stringSlice" {
			values = slices.DeleteFunc(strings.Split(strings.Join(values, ","), ","), func(s string) bool { return s == "" })
			for i := range values {
				values[i] = strings.TrimSpace(values[i])
			}
		}
		return s.Replace(values)
	}
	if len(values) != 1 {
		return errors.New("one value is wanted")
	}
	return f.Value.Set(values[0])
}
