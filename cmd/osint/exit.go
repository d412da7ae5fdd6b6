package main

import (
	"errors"
	"fmt"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
	"osint/pkg/pipeline"
)

// The exit codes. When several hold, the first of 130, 1, 4, 10, 3 is
// returned.
const (
	done        = 0
	internal    = 1
	badUsage    = 2
	tooLittle   = 3
	notAsked    = 4
	tooRisky    = 10
	tampered    = 20
	setBack     = 21
	forked      = 22
	incomplete  = 23
	doubtful    = 24
	locked      = 75
	interrupted = 130
	terminated  = 143
)

// exitCodes is the table that the help prints.
var exitCodes = []struct {
	code  int
	means string
}{
	{done, "done"},
	{internal, "internal: something failed here, such as a full disk; resume the case after"},
	{badUsage, "usage: a target, flag, profile or case is wrong"},
	{tooLittle, "coverage is under the profile's minimum, or no target exists"},
	{notAsked, "the gate let nothing be asked or handed out, or a ruling waits for review"},
	{tooRisky, "a condition of --fail-on holds: stderr says which, and why"},
	{tampered, "the record, a case or a report was tampered with, or is damaged"},
	{setBack, "the record, or a case, was set back to an older state"},
	{forked, "the record forked: somebody holds another one of the same name"},
	{incomplete, "something that proves the record is missing, or can't be reached"},
	{doubtful, "the record holds, with warnings; or something needs attention (status): the output says which"},
	{locked, "locked: another process is at work on the case or the batch; try later"},
	{interrupted, "interrupted by Ctrl-C; the case can be read and resumed"},
	{terminated, "ended by SIGTERM, likewise"},
}

// exit is an error that knows its code. With no err there is nothing to say.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// usage returns the error of something typed wrongly.
func usage(format string, args ...any) error { return &exit{badUsage, fmt.Errorf(format, args...)} }

// codeOf returns the exit code that an error stands for.
func codeOf(err error) int {
	var e *exit
	var held *pipeline.Locked
	var shared *postgres.Error
	switch {
	case err == nil:
		return done
	case errors.As(err, &held):
		return locked
	case errors.As(err, &e):
		return e.code
	case errors.As(err, new(*audit.Damaged)), errors.As(err, new(*pipeline.BrokenCase)):
		return tampered
	case errors.As(err, new(*audit.SetBack)), errors.As(err, new(*audit.CaseSetBack)):
		return setBack
	case errors.As(err, &shared):
		return codeOfShared(shared)
	case errors.As(err, new(*audit.LostKey)), errors.As(err, new(*audit.Newer)), errors.As(err, new(*audit.Unrecorded)), errors.As(err, new(*audit.Gone)), errors.Is(err, audit.ErrAbsent):
		return incomplete
	}
	return internal
}

func exitCodeHelp() string {
	var b strings.Builder
	for _, x := range exitCodes {
		fmt.Fprintf(&b, "  %3d  %s\n", x.code, x.means)
	}
	b.WriteString("\nWhen several hold, the first of 130 (143), 1, 4, 10, 3 is returned. Any other\ncode is a failure.\n")
	return b.String()
}
