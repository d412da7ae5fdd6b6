package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/compliance/law"
	"osint/pkg/report"
	"osint/profiles"
)

// A trial is the files of cases that are to be tried, and what they are tried
// against.
type trial struct {
	own   map[string][]byte // frameworks and lists that were named, or stand beside what was
	cases map[string][]byte
	named []string // frameworks among own that were named
}

// triedFile is what became of one file.
type triedFile struct {
	File     string       `json:"file"`
	Cases    int          `json:"cases"`
	Failures []failedCase `json:"failures"`
}

type failedCase struct {
	Line int    `json:"line"`
	Case string `json:"case,omitempty"`
	What string `json:"what"`
}

func newProfileTest(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "test [FRAMEWORK|FILE...]", Short: "Try what frameworks of law must decide, by their files of cases",
		Long: `A FILE is of the kind Cases, or a Framework, which is tried with the cases beside
it: mine.yaml with mine.cases.yaml. Frameworks and lists that are named, or stand
beside a file of cases under their id, stand in for the built-in ones of the same
id. FRAMEWORK is the id of a built-in one; without any, all of them are tried.
Each case that does not come out as it should is printed, with what did: exit
code 1. A file that can't be read as what it says it is ends with 2.`,
		Example: "  osint profile test\n  osint profile test gdpr --json",
		RunE:    func(_ *cobra.Command, args []string) error { return c.tryLaw(args, asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) tryLaw(args []string, asJSON bool) error {
	t, err := gather(args)
	if err != nil {
		return usage("%w", err)
	}
	tried, err := t.run()
	if err != nil {
		return usage("%w", err)
	}
	all, failed := 0, 0
	for _, f := range tried {
		all += f.Cases
		bad := map[string]bool{}
		for _, x := range f.Failures {
			bad[x.Case] = true
			if !asJSON {
				fmt.Fprintln(c.out, report.Safe(law.Failure{File: f.File, Line: x.Line, Case: x.Case, What: x.What}.String()))
			}
		}
		failed += len(bad)
		if !asJSON && len(bad) == 0 {
			fmt.Fprintf(c.out, "%s: %s, all as they should be\n", report.Safe(f.File), count(f.Cases, "case"))
		}
	}
	if asJSON {
		if err := c.json(map[string]any{"cases": all, "failed": failed, "files": tried}); err != nil {
			return err
		}
	}
	if failed > 0 {
		return &exit{internal, fmt.Errorf("%d of %s did not come out as they should", failed, count(all, "case"))}
	}
	return nil
}

// gather reads what is to be tried.
func gather(args []string) (*trial, error) {
	t := &trial{own: map[string][]byte{}, cases: map[string][]byte{}}
	shelf := profiles.FrameworkCases()
	if len(args) == 0 {
		t.cases = shelf
		return t, nil
	}
	for _, arg := range args {
		if slices.Contains(profiles.FrameworkIDs(), arg) {
			file := "frameworks/" + arg + ".cases.yaml"
			t.cases[file] = shelf[file]
			continue
		}
		text, err := os.ReadFile(arg)
		if err != nil {
			return nil, err
		}
		switch kind := law.Kind(arg, text); kind {
		case "Cases":
			t.cases[arg] = text
		case "ReferenceList":
			t.own[arg] = text
		case "Framework":
			t.own[arg] = text
			t.named = append(t.named, arg)
		default:
			return nil, fmt.Errorf("%s: the kind %q has no cases: write kind: Cases, or name a Framework; osint profile validate judges a profile", arg, kind)
		}
	}
	return t, t.beside()
}

// beside takes up the cases beside frameworks, and the frameworks beside
// cases.
func (t *trial) beside() error {
	for _, file := range t.named {
		cases := strings.TrimSuffix(file, filepath.Ext(file)) + ".cases.yaml"
		text, err := os.ReadFile(cases)
		switch {
		case err == nil:
			t.cases[cases] = text
		case len(t.cases) == 0:
			return fmt.Errorf("%s has no cases: write what it must decide into %s, or name the file that says so", file, cases)
		}
	}
	if len(t.cases) == 0 {
		return errors.New("lists decide nothing: name a framework or cases too")
	}
	for file, text := range t.cases {
		c, err := law.ParseCases(file, text)
		if err != nil {
			return err
		}
		ids := c.Frameworks
		if len(ids) == 0 {
			ids = []string{strings.TrimSuffix(filepath.Base(file), ".cases.yaml")}
		}
		for _, id := range ids {
			framework := filepath.Join(filepath.Dir(file), id+".yaml")
			text, err := os.ReadFile(framework)
			if err == nil && law.Kind(framework, text) == "Framework" && !t.has(id) {
				t.own[framework] = text
			}
		}
	}
	return nil
}

// has reports whether a framework of that id was named.
func (t *trial) has(id string) bool {
	for file, text := range t.own {
		if law.Kind(file, text) == "Framework" && profiles.IDOf(file, text) == id {
			return true
		}
	}
	return false
}

func (t *trial) run() ([]triedFile, error) {
	book, err := profiles.Law()
	if len(t.own) > 0 {
		book, err = law.Load(profiles.WithShelf(t.own, profiles.FrameworkIDs()...))
	}
	if err != nil {
		return nil, err
	}
	var tried []triedFile
	for _, file := range slices.Sorted(maps.Keys(t.cases)) {
		c, err := law.ParseCases(file, t.cases[file])
		if err != nil {
			return nil, err
		}
		f := triedFile{file, len(c.Cases), []failedCase{}}
		for _, x := range book.Try(c) {
			f.Failures = append(f.Failures, failedCase{x.Line, x.Case, x.What})
		}
		tried = append(tried, f)
	}
	return tried, nil
}
