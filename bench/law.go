package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"

	"osint/pkg/compliance/law"
	"osint/profiles"
)

// calmCases are the facts that rulings are measured with, from the top of the
// repository.
const calmCases = "pkg/compliance/law/testdata/calm.cases.yaml"

// rulings measures what it costs to load the laws of the shelf and to rule by
// all of them, each time in a process of its own and on one core.
func rulings() error {
	const runs = 7
	var load, cold, known, unknown []float64
	rules := 0
	for range runs {
		t, err := child("law-of", "100000")
		if err != nil {
			return err
		}
		cold, load = append(cold, t.Steps[0].Seconds*1e3), append(load, t.Steps[1].Seconds/20*1e3)
		known, unknown = append(known, 1e5/t.Steps[2].Seconds), append(unknown, 1e5/t.Steps[3].Seconds)
		rules = t.Pages
	}
	fmt.Printf("%-40s %s rulings a second of CPU  goal 100,000 (%d rules, %d runs)\n", "every fact known", spread(known, "%.0f"), rules, runs)
	fmt.Printf("%-40s %s rulings a second of CPU  goal 75,000\n", "two facts unknown", spread(unknown, "%.0f"))
	fmt.Printf("%-40s %s ms of CPU  goal 20\n", "load all of them", spread(load, "%.1f"))
	fmt.Printf("%-40s %s ms of CPU\n", "the same, the first time in a process", spread(cold, "%.1f"))
	return nil
}

// rulingsOf loads, and rules n times in each of the two cases.
func rulingsOf(n int) error {
	runtime.GOMAXPROCS(1)
	text, err := os.ReadFile(calmCases)
	if err != nil {
		return err
	}
	cases, err := law.ParseCases(calmCases, text)
	if err != nil {
		return err
	}
	files := profiles.Frameworks()
	for name, text := range profiles.Lists() {
		files[name] = text
	}
	t := new(timing)
	var book *law.Book
	load := func(times int) func() error {
		return func() (err error) {
			for range times {
				if book, err = law.Load(files); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if err := t.spend("cold", load(1)); err != nil {
		return err
	}
	if err := t.spend("load", load(20)); err != nil {
		return err
	}
	for _, f := range book.Try(cases) {
		return fmt.Errorf("what is measured is not what it should be: %s", f)
	}
	for i := range cases.Cases {
		c := &cases.Cases[i]
		facts := book.FactsOf(c)
		_ = t.spend(c.Name, func() error {
			for range n {
				book.Decide(facts, c.Emits)
			}
			return nil
		})
	}
	for _, f := range book.Frameworks() {
		t.Pages += len(f.Rules)
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}
