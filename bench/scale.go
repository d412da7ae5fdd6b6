package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/report/exchange"
	"osint/pkg/risk"
	"osint/profiles"
)

// scale judges cases of a growing size and renders them in every format, each
// case in a process of its own, and prints what one observation costs: the
// whole is linear if that stays what it is.
func scale() error {
	const runs = 3
	goal := "goal: linear, 512 MiB"
	for _, shape := range []string{"company", "crowd"} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			var best *timing
			for range runs {
				t, err := child("scale-of", shape, fmt.Sprint(n))
				if err != nil {
					return err
				}
				if best == nil || t.total() < best.total() {
					best = t
				}
			}
			fmt.Printf("%-8s %7d observations  %6.2f s, %5.1f µs each, %4.0f MiB  %s (least of %d runs)\n", shape, n, best.total(), best.total()/float64(n)*1e6, best.rss, goal, runs)
			for _, s := range best.Steps {
				fmt.Printf("         %-8s %7.1f µs each\n", s.Name, s.Seconds/float64(n)*1e6)
			}
		}
	}
	return nil
}

// pages renders PDF files of a growing number of pages, each in a process of
// its own.
func pages() error {
	const runs = 5
	for _, rows := range []int{20, 200, 2_000} {
		var all []*timing
		for range runs {
			t, err := child("pages-of", fmt.Sprint(rows))
			if err != nil {
				return err
			}
			all = append(all, t)
		}
		var rate, rss []float64
		for _, t := range all {
			rate, rss = append(rate, float64(t.Pages)/t.total()), append(rss, t.rss)
		}
		fmt.Printf("%5d pages  %s pages/s  %s MiB  goal 1500 pages/s, 1,000 pages in 100 MiB (%d runs)\n", all[0].Pages, spread(rate, "%.0f"), spread(rss, "%.0f"), runs)
	}
	return nil
}

// A timing is what a child process measured of itself.
type timing struct {
	Steps   []timed `json:"steps"`
	Pages   int     `json:"pages"`
	Lines   uint64  `json:"lines"`   // of a case
	Entries int64   `json:"entries"` // of a ledger
	Waves   int     `json:"waves"`   // of entries
	rss     float64 // MiB, as the system counted it
}

type timed struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

func (t *timing) total() (sum float64) {
	for _, s := range t.Steps {
		sum += s.Seconds
	}
	return sum
}

func (t *timing) take(name string, do func() error) error {
	began := time.Now()
	err := do()
	t.Steps = append(t.Steps, timed{name, time.Since(began).Seconds()})
	return err
}

// child runs one measurement in a process of its own.
func child(args ...string) (*timing, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", args, err)
	}
	t := new(timing)
	if err := json.Unmarshal(out, t); err != nil {
		return nil, err
	}
	t.rss = float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
	return t, nil
}

// scaleOf judges and renders a case of n observations: of a company with many
// hosts, or of a crowd of names below one domain.
func scaleOf(shape string, n int) error {
	make := map[string]func(int) *pipeline.Case{"company": company, "crowd": crowd}[shape]
	t := new(timing)
	var c *pipeline.Case
	_ = t.take("fold", func() error { c = make(n); return nil })
	model, err := risk.Load(profiles.Rules())
	if err != nil {
		return err
	}
	err = t.take("judge", func() error { return judge(c, model) })
	if err != nil {
		return err
	}
	var d *report.Document
	_ = t.take("build", func() error { d = report.Build(c, report.Options{}); return nil })
	for _, f := range append(report.Formats(), exchange.Formats(exchange.Places{})...) {
		if err := t.take(f.Name, func() error { return f.Render(io.Discard, d) }); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

func judge(c *pipeline.Case, m *risk.Model) error {
	found, score, err := m.Assessor(risk.Options{}).Assess(c, benchTime)
	if err != nil {
		return err
	}
	for i := range found {
		fold(c, &pipeline.Event{Found: &found[i]})
	}
	fold(c, &pipeline.Event{Assessed: score})
	return nil
}

// pagesOf renders a case whose every other row fills half a page.
func pagesOf(rows int) error {
	t := new(timing)
	d := report.Build(wordy(rows), report.Options{})
	var size counter
	for _, f := range report.Formats() {
		if f.Name != "pdf" {
			continue
		}
		if err := t.take("pdf", func() error { return f.Render(&size, d) }); err != nil {
			return err
		}
	}
	t.Pages = size.pages
	return json.NewEncoder(os.Stdout).Encode(t)
}
