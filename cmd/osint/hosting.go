package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"osint/pkg/pipeline"
	"osint/pkg/report/exchange"
)

// Hosting is how a code host is told of findings: at which lines of which
// file, and whether by annotations.
type hosting struct {
	targets     string
	annotations string
}

func annotationWords() []string { return []string{"auto", "always", "never"} }

func (h *hosting) flags(fs *pflag.FlagSet) {
	fs.StringVar(&h.targets, "targets-file", "", "`FILE`: of the repository, a target a line: where SARIF, JUnit, GitLab and annotations show findings")
	fs.StringVar(&h.annotations, "annotations", "auto", "`WHEN`: auto (on GitHub Actions), always, never: annotations and a step summary (default auto)")
	group(fs, "For a code host", "targets-file", "annotations")
}

// orFile takes a file of --scope that lies in the repository to show findings
// in, if no file was named.
func (h *hosting) orFile(c *console, scope []string) {
	for _, text := range scope {
		info, err := os.Stat(text)
		if h.targets != "" || err != nil || !info.Mode().IsRegular() {
			continue
		}
		if _, err := within(c.repository(), text); err == nil {
			h.targets = text
		}
	}
}

// A host is a hosting that was understood.
type host struct {
	places    exchange.Places
	annotates bool
}

func (h *hosting) read(c *console) (*host, error) {
	if err := oneOf("--annotations", h.annotations, annotationWords()...); err != nil {
		return nil, err
	}
	out := &host{annotates: h.annotations == "always" || h.annotations == "auto" && c.getenv("GITHUB_ACTIONS") == "true"}
	if h.targets == "" {
		return out, nil
	}
	name, err := within(c.repository(), h.targets)
	if err != nil {
		return nil, usage("--targets-file: %w: a code host shows files of the repository only", err)
	}
	f, err := os.Open(h.targets)
	if err != nil {
		return nil, usage("--targets-file: %w", err)
	}
	defer f.Close()
	out.places = exchange.Places{File: name, Line: 1, Real: true}
	out.places.Lines, err = linesOf(f, h.targets)
	return out, err
}

// linesOf returns the line of each target in a file that is written like
// those of stdin and --scope.
func linesOf(r io.Reader, name string) (map[pipeline.Entity]int, error) {
	at := map[pipeline.Entity]int{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		e, err := pipeline.ParseEntity(text)
		if err != nil {
			return nil, usage("%s:%d: %w", name, n, err)
		}
		if at[e] == 0 {
			at[e] = n
		}
	}
	if err := lines.Err(); err != nil {
		return nil, usage("%s: %w", name, err)
	}
	return at, nil
}

// repository is the folder that code hosts name files from.
func (c *console) repository() string {
	for _, variable := range []string{"GITHUB_WORKSPACE", "CI_PROJECT_DIR"} {
		if dir := c.getenv(variable); filepath.IsAbs(dir) {
			return dir
		}
	}
	return "."
}

// within returns a file's name from a folder, with slashes.
func within(root, file string) (string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	if file, err = filepath.Abs(file); err != nil {
		return "", err
	}
	name, err := filepath.Rel(root, file)
	if err != nil || !filepath.IsLocal(name) {
		return "", fmt.Errorf("%s lies outside %s", file, root)
	}
	return filepath.ToSlash(name), nil
}

// tell writes the annotations, after all that stands on stdout, and the step
// summary. Where stdout is for a program (taken), they go to stderr, which a
// runner reads as well.
func (h *host) tell(c *console, o *handout, taken bool) error {
	return h.announce(c, taken, exchange.Of(o.plain, h.places))
}

// announce tells of one case or of many.
func (h *host) announce(c *console, taken bool, sheets ...*exchange.Sheet) error {
	if !h.annotates {
		return nil
	}
	for i, hidden := 0, secrets(os.Environ()); i < len(sheets); i++ {
		sheets[i] = sheets[i].Mask(hidden)
	}
	var out io.Writer = c.out
	if taken {
		out = c.errs
	}
	if err := exchange.Annotations(out, sheets...); err != nil {
		return err
	}
	if file := c.getenv("GITHUB_STEP_SUMMARY"); file != "" {
		if err := appendSummary(file, sheets...); err != nil {
			c.say("osint: the step summary could not be written: %v", err)
		}
	}
	return c.flush()
}

// maxSummary is what GitHub takes of one step, with a little to spare.
const maxSummary = 1<<20 - 1024

func appendSummary(file string, sheets ...*exchange.Sheet) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = exchange.StepSummary(f, maxSummary-int(info.Size()), sheets...)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// secrets returns the values in the environment that look like credentials by
// their names: what must stand in no log.
func secrets(environ []string) (values []string) {
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		name = strings.ToUpper(name)
		for _, word := range []string{"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "API_KEY", "APIKEY", "PRIVATE_KEY"} {
			if !strings.Contains(name, word) {
				continue
			}
			for _, line := range strings.Fields(value) {
				if len(line) >= 6 {
					values = append(values, line)
				}
			}
			break
		}
	}
	return values
}
