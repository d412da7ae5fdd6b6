package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"osint/cmd/osint/tui"
	"osint/pkg/collectors/registry"
	"osint/pkg/collectors/secret"
	"osint/pkg/compliance"
	"osint/pkg/compliance/law"
	"osint/pkg/report"
	"osint/profiles"
)

// A console is where a command reads and writes: data on out, everything else
// on errs.
type console struct {
	in       *os.File
	out      *bufio.Writer // data; flushed by [console.flush]
	stdout   *os.File
	errs     io.Writer // one Write is one line or more, whole
	stderr   *os.File
	getenv   func(string) string
	misspelt error    // that help was asked of a command which is none
	near     []string // the folder of the case, if it is known: see [console.places]

	color    string // auto, always, never
	verbose  bool
	noConfig bool
	csv      bool // tables are printed as CSV

	loaded   map[string]*profiles.Profile
	mandates map[string]*compliance.Mandate

	chainOnce sync.Once // see [console.chain]
	secrets   *secret.Chain

	unreadSaid sync.Map // see [console.credentials]

	policyOnce sync.Once // see [console.policy]
	policyRead *policy
	policyErr  error

	booksLock sync.Mutex
	books     map[string]*law.Book
	spareOnce sync.Once // see [console.leftAlone]
	spare     *compliance.Suppressions
	spareErr  error

	registryOnce sync.Once // see [console.entries]
	ownOnce      sync.Once // see [console.placed]
	own          map[string]bool
	told         *registry.Registry
}

func newConsole() *console {
	return &console{in: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, out: bufio.NewWriterSize(os.Stdout, 1<<16),
		errs: &whole{w: os.Stderr}, getenv: os.Getenv}
}

// whole lets several goroutines write lines that do not mix.
type whole struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *whole) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}

// say writes one message to stderr.
func (c *console) say(format string, args ...any) {
	fmt.Fprintln(c.errs, fmt.Sprintf(format, args...))
}

func (c *console) flush() error { return c.out.Flush() }

// json writes one document to stdout, nothing hidden in it.
func (c *console) json(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := c.out.Write(report.VisibleJSON(b.Bytes()))
	return err
}

// colored reports whether f is shown in colour: --color first, then NO_COLOR
// and CLICOLOR_FORCE where they are not empty, then whether f is a terminal.
func (c *console) colored(f *os.File) bool {
	switch {
	case c.color == "always":
		return true
	case c.color == "never", c.getenv("NO_COLOR") != "":
		return false
	case c.getenv("CLICOLOR_FORCE") != "" && c.getenv("CLICOLOR_FORCE") != "0":
		return true
	}
	return tui.IsTerminal(f) && c.getenv("TERM") != "dumb" && c.getenv("CLICOLOR") != "0"
}

// width returns how wide a line on f may be; 0 where nobody looks at it.
func (c *console) width(f *os.File) int { return tui.Width(f) }

// safeLines makes text from outside visible and keeps its line breaks.
func safeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = report.Safe(l)
	}
	return strings.Join(lines, "\n")
}
