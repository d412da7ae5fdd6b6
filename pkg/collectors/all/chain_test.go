package all

import (
	"slices"
	"testing"
	"time"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// longestChain is how many exchanges may wait for one another in one task.
const longestChain = 4

// No collector makes a long chain of questions that wait for one another;
// repeats of a question and further pages of an answer do not count. Where
// the machine stumbles, a parallel question may look as if it had waited:
// the shortest of three tries is what the collector does.
func TestChainsAreShort(t *testing.T) {
	for _, name := range []string{"brindleford", "silent"} {
		w, err := lab.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var seeds []pipeline.Entity
		for _, s := range append(w.Seeds(), "www."+w.Seeds()[0], "192.0.2.10", "2001:db8:b::10", "AS64500") {
			e, err := pipeline.ParseEntity(s)
			if err != nil {
				t.Fatal(err)
			}
			seeds = append(seeds, e)
		}
		chains := map[pipeline.TaskKey]int{}
		for range 3 {
			for _, r := range tryEach(serve(t, w, 100*time.Millisecond), seeds, time.Minute) {
				n, known := chains[r.key()]
				if !known || r.chain() < n {
					chains[r.key()] = r.chain()
				}
			}
			if longest(chains) <= longestChain {
				break
			}
		}
		for key, n := range chains {
			if n > longestChain {
				t.Errorf("%s: %s has a chain of %d exchanges", name, key, n)
			}
		}
	}
}

func longest(chains map[pipeline.TaskKey]int) (most int) {
	for _, n := range chains {
		most = max(most, n)
	}
	return most
}

// chain returns the most exchanges of which each began when the one before
// was over.
func (r *trial) chain() int {
	last := map[string]pipeline.Exchange{} // by question: repeats count once
	pages := ""
	for _, k := range r.kept {
		if r.spec.Name == "ct-certspotter" { // pages, of one answer
			if pages != "" && pages != k.Question {
				continue
			}
			pages = k.Question
		}
		last[k.Question] = k.Exchange
	}
	var xs []pipeline.Exchange
	for _, x := range last {
		xs = append(xs, x)
	}
	slices.SortFunc(xs, func(a, b pipeline.Exchange) int { return a.At.Compare(b.At) })
	deep, most := make([]int, len(xs)), 0
	for i, x := range xs {
		for j, y := range xs[:i] {
			if !y.At.Add(y.Elapsed).After(x.At) {
				deep[i] = max(deep[i], deep[j])
			}
		}
		deep[i]++
		most = max(most, deep[i])
	}
	return most
}
