package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/report"
)

// A pruning is what the flags of osint cases prune say.
type pruning struct {
	c         *console
	older     string
	keep      int
	max       string
	dry, yes  bool
	asJSON    bool
	olderThan time.Duration // 0: any age stays
	maxSize   int64         // bytes; 0: any size stays
}

func newPrune(c *console) *cobra.Command {
	p := &pruning{c: c}
	cmd := &cobra.Command{
		Use: "prune [DIR...]", Short: "Remove old cases, by age, number and size",
		Long: `Of the cases in DIR (default: those that osint cases list names, and the
batches beside them), those older than --older-than go; and, oldest first,
whatever --max-size leaves no room for. --keep protects the newest of each
target from both; alone it removes all others.

A case that another process is at work on stays. So does one that did not end
and can be resumed, unless a newer one of its target did. The keys of what a
case has sealed go with it. Room is counted by what is really freed: evidence
that another case shares is not.`,
		Example: "  osint cases prune --older-than 90d --keep 2 --dry-run\n  osint cases prune --max-size 10GiB --yes\n  osint cases prune --keep 30 --yes",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(_ *cobra.Command, dirs []string) error { return p.run(dirs) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&p.older, "older-than", "", "`TIME`: such as 90d, 12w or 36h, by when a case began")
	fs.IntVar(&p.keep, "keep", 0, "`N`: the newest of each target stay, whatever else is said")
	fs.StringVar(&p.max, "max-size", "", "`SIZE`: of all together, such as 500MiB or 10GiB")
	fs.BoolVar(&p.dry, "dry-run", false, "say what would go, and remove nothing")
	fs.BoolVar(&p.yes, "yes", false, "do it: a case that was removed is gone")
	jsonFlag(cmd, &p.asJSON)
	return cmd
}

// read understands the flags.
func (p *pruning) read() (err error) {
	if p.keep < 0 {
		return usage("--keep %d: write 0 or more", p.keep)
	}
	if p.older == "" && p.max == "" && p.keep == 0 {
		return usage("nothing says what may go: write --older-than 90d, --keep N or --max-size 10GiB")
	}
	if p.older != "" {
		if p.olderThan, err = parseAge(p.older); err != nil {
			return usage("--older-than: %w", err)
		}
	}
	if p.max != "" {
		if p.maxSize, err = parseSize(p.max); err != nil {
			return usage("--max-size: %w", err)
		}
	}
	return nil
}

// parseAge reads a time in days, weeks, or as Go writes it.
func parseAge(s string) (time.Duration, error) {
	for unit, d := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, ok := strings.CutSuffix(s, unit); ok {
			if days, err := strconv.ParseFloat(n, 64); err == nil && days > 0 && days < 36500 {
				return time.Duration(days * float64(d)), nil
			}
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is no time: write one such as 90d, 12w or 36h", s)
}

// sizes are the units of bytes; "10G" is 10GiB.
var sizes = []struct {
	unit  string
	bytes float64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}, {"B", 1}, {"", 1}}

func parseSize(s string) (int64, error) {
	for _, u := range sizes {
		n, ok := strings.CutSuffix(s, u.unit)
		if !ok {
			continue
		}
		if x, err := strconv.ParseFloat(strings.TrimSpace(n), 64); err == nil && x > 0 && x*u.bytes < 1<<62 {
			return max(int64(x*u.bytes), 1), nil
		}
		break
	}
	return 0, fmt.Errorf("%q is no size: write one such as 500MiB or 10GiB", s)
}

// bytesText is a number of bytes for people.
func bytesText(n int64) string {
	for _, u := range []string{"TiB", "GiB", "MiB", "KiB"} {
		for _, s := range sizes {
			if s.unit == u && float64(n) >= s.bytes {
				return fmt.Sprintf("%.1f %s", float64(n)/s.bytes, u)
			}
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

func (p *pruning) run(dirs []string) error {
	if err := p.read(); err != nil {
		return err
	}
	s := &stock{}
	if cases := p.c.places(false).cases(); len(dirs) > 0 {
		p.c.beside(dirs[0])
	} else if _, err := os.Stat(cases); os.IsNotExist(err) {
		p.c.say("osint: no cases in %s yet: there is nothing to remove", cases)
	} else {
		dirs = []string{cases}
	}
	for _, d := range dirs {
		if err := s.add(d); err != nil {
			return err
		}
	}
	defer s.release()
	goes := p.choose(s, p.c.today())
	var failed error
	if p.yes && !p.dry {
		failed = p.c.removing("osint cases prune", func(record func(id string) error) error {
			return s.remove(goes, p.c.places(false).keys(), record)
		})
	}
	if err := p.show(s, goes); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return failed
	case len(goes) > 0 && !p.yes && !p.dry:
		return usage("nothing was removed: say so with --yes, or --dry-run to be told only")
	case p.maxSize > 0 && s.size-s.freed > p.maxSize:
		p.c.say("osint: what stays takes %s, more than --max-size %s: the rest is protected or in use", bytesText(s.size-s.freed), p.max)
	}
	return nil
}

// show prints what goes, and what stays although the flags would let it go.
func (p *pruning) show(s *stock, goes []*stored) error {
	if p.asJSON {
		return p.c.json(p.told(s, goes))
	}
	word := "would remove"
	if p.yes && !p.dry {
		word = "removed"
	}
	t := table{header: []string{word, "target", "began", "frees", "why"}, right: []int{3}}
	for _, x := range goes {
		t.add(x.dir, x.title, x.began.UTC().Format(time.RFC3339), bytesText(x.frees), x.why)
	}
	if len(goes) > 0 {
		if err := p.c.table(t); err != nil {
			return err
		}
	}
	for _, x := range s.cases {
		if x.stays != "" {
			fmt.Fprintf(p.c.out, "stays: %s: %s\n", report.Safe(x.dir), x.stays)
		}
	}
	fmt.Fprintf(p.c.out, "%s %s of %d, freeing %s of %s\n", word, count(len(goes), "case"), len(s.cases), bytesText(s.freed), bytesText(s.size))
	return p.c.flush()
}

func (p *pruning) told(s *stock, goes []*stored) any {
	type row struct {
		Dir    string    `json:"dir"`
		Target string    `json:"target"`
		Began  time.Time `json:"began"`
		Frees  int64     `json:"frees_bytes"`
		Why    string    `json:"why"`
	}
	doc := struct {
		DryRun bool  `json:"dry_run"`
		Size   int64 `json:"size_bytes"`
		Frees  int64 `json:"frees_bytes"`
		Cases  int   `json:"cases"`
		Goes   []row `json:"goes"`
		Stays  []row `json:"stays"` // though the flags would let it go
	}{!p.yes || p.dry, s.size, s.freed, len(s.cases), []row{}, []row{}}
	for _, x := range goes {
		doc.Goes = append(doc.Goes, row{x.dir, x.title, x.began, x.frees, x.why})
	}
	for _, x := range s.cases {
		if x.stays != "" {
			doc.Stays = append(doc.Stays, row{x.dir, x.title, x.began, 0, x.stays})
		}
	}
	return doc
}
