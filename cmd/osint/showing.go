package main

import (
	"strings"

	"github.com/spf13/pflag"

	"osint/pkg/pipeline/rule"
	"osint/pkg/report"
	"osint/pkg/report/exchange"
)

// showing says how a run is shown and what is written at its end.
type showing struct {
	formats  []string
	progress string
	quiet    bool
	code     hosting
	watch    watching
	given    *pflag.FlagSet // says which of progress and quiet was said nearer; nil: neither
}

// allFormats are those for people, then those for other programs, which show
// findings at a place.
func allFormats(at exchange.Places) []report.Format {
	return append(report.Formats(), exchange.Formats(at)...)
}

func namesOf(fs []report.Format) (names []string) {
	for _, f := range fs {
		names = append(names, f.Name)
	}
	return names
}

func formatNames() []string { return namesOf(allFormats(exchange.Places{})) }

func (s *showing) flags(fs *pflag.FlagSet) {
	s.given = fs
	formatFlag(fs, &s.formats)
	fs.StringVar(&s.progress, "progress", "auto", "`HOW`: tui, plain, jsonl (the case's lines, on stdout), quiet; auto is tui on a terminal, plain elsewhere (default auto)")
	fs.BoolVar(&s.quiet, "quiet", false, "the same as --progress quiet")
}

func formatFlag(fs *pflag.FlagSet, to *[]string) {
	fs.StringSliceVar(to, "format", namesOf(report.Formats()), "`LIST`: the reports to write: "+strings.Join(formatNames(), ",")+" (default json,html,pdf)")
}

// kind returns what --progress says, or --quiet, unless --progress was said
// by something nearer: typed, say, while a file says quiet.
func (s *showing) kind() string {
	if s.quiet && (s.given == nil || !nearer(s.given.Lookup("progress"), s.given.Lookup("quiet"))) {
		return "quiet"
	}
	return s.progress
}

// formats returns the formats of that name, in the order of the report
// package, each once.
func formats(names []string, at exchange.Places) (fs []report.Format, err error) {
	for _, n := range names {
		if err := oneOf("--format", n, formatNames()...); err != nil {
			return nil, err
		}
	}
	for _, f := range allFormats(at) {
		for _, n := range names {
			if n == f.Name {
				fs = append(fs, f)
				break
			}
		}
	}
	if len(fs) == 0 {
		return nil, usage("--format: write one of %s", rule.OneOf("", formatNames()))
	}
	return fs, nil
}
