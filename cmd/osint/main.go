package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"osint/pkg/pipeline"
)

func main() { os.Exit(run(os.Args[1:], newConsole())) }

// run carries out one command line and returns its exit code.
func run(args []string, c *console) (code int) {
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error of the write, and ends quietly
	defer func() {
		if r := recover(); r != nil {
			code = c.crashed(r, debug.Stack())
		}
	}()
	defer c.closeChain()
	pipeline.WrapKeys(c.wrapping())
	root := newRoot(c)
	if completing(args) {
		c.completions(root)
	}
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	if err == nil {
		err = c.misspelt
	}
	if e := c.flush(); err == nil {
		err = e
	}
	return c.end(err)
}

// end says what went wrong, in one line and what to do next, and returns the
// exit code.
func (c *console) end(err error) int {
	var e *exit
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return done
	case errors.As(err, &e) && e.err == nil:
		return e.code
	}
	c.say("osint: %s", safeLines(err.Error()))
	return codeOf(err)
}

// crashed reports a fault of ours.
func (c *console) crashed(what any, stack []byte) int {
	c.say("osint: internal fault: %v", what)
	if c.verbose || c.getenv("OSINT_DEBUG") != "" {
		fmt.Fprintf(c.errs, "%s\n", stack)
	} else {
		c.say("A case keeps what was recorded: osint resume CASE continues it. Run again with OSINT_DEBUG=1 and report what it prints.")
	}
	return internal
}
