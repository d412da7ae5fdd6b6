package collectors

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// noon is a time from which neither day nor month ends soon.
var noon = time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)

// takes says how many turns of a source there are, at most; and why no more.
func takes(p *pace, s pipeline.Source, most int) (n int, why error) {
	for range most {
		if _, why = p.turn(s, p.now(), nil); why != nil {
			return n, why
		}
		n++
	}
	return n, nil
}

// A month's requests are counted beside a day's, whichever ends first, and a
// source that is not asked for days keeps its month.
func TestMonthly(t *testing.T) {
	now := noon
	p := newPace(t.TempDir(), "", func() time.Time { return now })
	s := pipeline.Source{Name: "list", Base: "https://list.example", Daily: 4, Monthly: 6}
	other := pipeline.Source{Name: "other", Base: "https://other.example", Daily: 1}
	if n, err := takes(p, s, 9); n != 4 || outcomeOf(err) != pipeline.QuotaExceeded || !strings.Contains(err.Error(), "4 of 4 requests of today are used") {
		t.Errorf("the first day: %d, %v", n, err)
	}
	now = now.Add(forget + 24*time.Hour)
	takes(p, other, 1) // which writes the file
	if n, err := takes(p, s, 9); n != 2 || err == nil || !strings.Contains(err.Error(), "6 of 6 requests of this month are used") {
		t.Errorf("days later: %d, %v", n, err)
	}
	p.giveBack(s, now)
	if n, _ := takes(p, s, 9); n != 1 {
		t.Errorf("%d turns after one was given back", n)
	}
	now = time.Date(2026, 12, 1, 0, 0, 1, 0, time.UTC)
	if n, _ := takes(p, s, 9); n != 4 {
		t.Errorf("%d turns in the next month", n)
	}
}

// What is kept for people is left alone by runs that nobody started, and by
// nobody else.
func TestReserve(t *testing.T) {
	for allowance, want := range map[int]int{0: 0, 1: 0, 2: 1, 4: 1, 5: 1, 50: 10, 2400: 480} {
		if got := Reserve(allowance); got != want {
			t.Errorf("of %d %d are kept, want %d", allowance, got, want)
		}
	}
	dir := t.TempDir()
	clock := func() time.Time { return noon }
	cron, person := newPace(dir, "", clock), newPace(dir, "", clock)
	cron.unattended = true
	for _, s := range []pipeline.Source{{Name: "a", Daily: 50}, {Name: "b", Monthly: 50}} {
		n, err := takes(cron, s, 99)
		if n != 40 || outcomeOf(err) != pipeline.QuotaExceeded || !strings.Contains(err.Error(), "the last 10 of 50 requests of ") || !strings.Contains(err.Error(), "are kept for people") {
			t.Errorf("%s by cron: %d, %v", s.Name, n, err)
		}
		if n, err := takes(person, s, 99); n != 10 || outcomeOf(err) != pipeline.QuotaExceeded {
			t.Errorf("%s by a person: %d, %v", s.Name, n, err)
		}
	}
}

// An allowance is one account's: several credentials have it several times.
func TestAccounts(t *testing.T) {
	n := netTo(t, "127.0.0.1:1", func(o *Options) {
		o.Keys = func(_ context.Context, name string) ([]string, error) {
			return map[string][]string{"A_KEY": {"1", "2", "3"}, "A_ID": {"1", "2"}, "B_KEY": {"1", "2"}, "B_URL": {"https://b.test"}}[name], nil
		}
	})
	for _, c := range []struct {
		spec pipeline.Spec
		want int
	}{
		{pipeline.Spec{Name: "keyless", Source: pipeline.Source{Name: "keyless"}}, 1},
		{pipeline.Spec{Name: "one", Source: pipeline.Source{Name: "one"}, Keys: []string{"A_KEY"}}, 3},
		{pipeline.Spec{Name: "pair", Source: pipeline.Source{Name: "pair"}, Keys: []string{"A_KEY", "A_ID"}}, 2},
		{pipeline.Spec{Name: "may", Source: pipeline.Source{Name: "may"}, MayUse: []string{"NO_KEY", "B_KEY"}}, 2},
		{pipeline.Spec{Name: "none", Source: pipeline.Source{Name: "none"}, Keys: []string{"NO_KEY"}, MayUse: []string{"A_KEY"}}, 1},
		{pipeline.Spec{Name: "own", Source: pipeline.Source{Name: "own", BaseFrom: "B_URL"}, Keys: []string{"B_URL", "B_KEY"}}, 2},
	} {
		c.spec.Source.Daily, c.spec.Source.Monthly = 10, 100
		Bind(n, Entry{Spec: c.spec})
		Bind(n, Entry{Spec: c.spec}) // in a second run
		if got := n.paced(c.spec.Source); got.Daily != 10*c.want || got.Monthly != 100*c.want {
			t.Errorf("%s: %d a day, %d a month, want %d times 10 and 100", c.spec.Name, got.Daily, got.Monthly, c.want)
		}
	}
}

// A breaker that opened in one process is open in the next; one trial at a time
// is made by all of them together, and its end is heard by all.
func TestBreakerIsShared(t *testing.T) {
	dir, now := t.TempDir(), noon
	clock := func() time.Time { return now }
	open := func() *pace { return newPace(dir, "", clock) }
	a := open()
	s := pipeline.Source{Name: "ill", Base: "https://ill.example", Slots: 9}
	for range trips {
		a.done(s, pipeline.Unreachable)
	}
	b, c := open(), open()
	if _, err := b.take(s); outcomeOf(err) != pipeline.Skipped || !strings.Contains(err.Error(), "breaker: ill failed 5 times") {
		t.Errorf("the next process: %v", err)
	}
	turns, _, err := ReadTurns(dir, now)
	if err != nil || len(turns) != 1 || turns[0].Failures != trips || !turns[0].Again.Equal(now.Add(coolDown)) {
		t.Errorf("%+v, %v", turns, err)
	}
	now = now.Add(coolDown)
	if wait, err := b.take(s); wait != 0 || err != nil {
		t.Fatalf("no trial: %v %v", wait, err)
	}
	if _, err := c.take(s); outcomeOf(err) != pipeline.Skipped {
		t.Errorf("a second trial, by another process: %v", err)
	}
	b.done(s, pipeline.Timeout)
	now = now.Add(coolDown)
	for who, p := range map[string]*pace{"who opened it": a, "who tried": b, "a third": c, "a new one": open()} {
		if _, err := p.take(s); outcomeOf(err) != pipeline.Skipped {
			t.Errorf("%s: cooled down as fast as before: %v", who, err)
		}
	}
	now = now.Add(coolDown)
	if wait, err := c.take(s); wait != 0 || err != nil {
		t.Fatalf("no second trial: %v %v", wait, err)
	}
	c.done(s, pipeline.OK)
	for who, p := range map[string]*pace{"who opened it": a, "who tried": b, "a new one": open()} {
		if wait, err := p.take(s); wait != 0 || err != nil {
			t.Errorf("%s: not well again: %v %v", who, wait, err)
		}
	}
	now = now.Add(-72 * time.Hour) // somebody set the clock back
	for range trips {
		a.done(s, pipeline.Unreachable)
	}
	now = now.Add(-72 * time.Hour)
	if wait, err := open().take(s); wait != 0 || err != nil {
		t.Errorf("left alone until a clock that was wrong says so: %v %v", wait, err)
	}
}

// What all runs of a machine spend on a day has a limit of its own; another
// internet's sources cost the same money.
func TestSpentToday(t *testing.T) {
	dir, now, most := t.TempDir(), noon, 1.0
	clock := func() time.Time { return now }
	a, b := newPace(dir, "", clock), newPace(dir, "other", clock)
	s := pipeline.Source{Name: "paid", Base: "https://paid.example"}
	for i, p := range []*pace{a, b, a} {
		if err := p.spend(s, 0.3, &most); err != nil {
			t.Fatal(i, err)
		}
	}
	err := b.spend(s, 0.3, &most)
	if outcomeOf(err) != pipeline.Skipped || !strings.Contains(err.Error(), "budget: it costs 0.3000 USD, and of the 1.0000 USD of today 0.1000 are left") {
		t.Errorf("over the day's limit: %v", err)
	}
	if err := b.spend(s, 0.1, &most); err != nil {
		t.Errorf("the rest of it: %v", err)
	}
	if turns, spent, err := ReadTurns(dir, now); err != nil || len(turns) != 1 || turns[0].SpentUSD != 0.6 || spent != 1 {
		t.Errorf("%+v, %v in all, %v", turns, spent, err)
	}
	a.unspend(s, 0.3)
	if err := a.spend(s, 0.3, &most); err != nil {
		t.Errorf("what was given back: %v", err)
	}
	if err := a.spend(s, 9, nil); err != nil {
		t.Errorf("without a limit: %v", err)
	}
	now = now.Add(24 * time.Hour)
	if err := a.spend(s, 1, &most); err != nil {
		t.Errorf("the next day: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := newPace(file, "", clock).spend(s, 0.1, &most); outcomeOf(err) != pipeline.Skipped {
		t.Errorf("what others spent can't be read: %v", err)
	}
	if err := newPace("", "", clock).spend(s, 0.1, &most); err != nil {
		t.Errorf("where there are no others: %v", err)
	}
}

// Money that a run may not spend any more today costs no request.
func TestDayUSD(t *testing.T) {
	most := 0.5
	n := netTo(t, "127.0.0.1:1", func(o *Options) { o.StateDir, o.DayUSD = t.TempDir(), &most })
	n.pace.now = func() time.Time { return noon }
	paid := pipeline.Spec{Source: pipeline.Source{Name: "paid", PriceUSD: 0.4, Base: "https://paid.example"}, Ceiling: pipeline.Ceiling{CostUSD: 9, Requests: 9}}
	v, _ := view(n, paid)
	if err := v.take(t.Context(), "paid.example:443"); err != nil {
		t.Fatal(err)
	}
	if err := v.take(t.Context(), "paid.example:443"); outcomeOf(err) != pipeline.Skipped || n.spent > 0.41 {
		t.Errorf("%v, %v spent", err, n.spent)
	}
}

// However many processes ask at once, no more is asked than is allowed, and no
// turn is lost.
func TestQuotaOfManyProcesses(t *testing.T) {
	if dir := os.Getenv("OSINT_TEST_TURNS"); dir != "" {
		p := newPace(dir, "", func() time.Time { return noon })
		n, _ := takes(p, pipeline.Source{Name: "many", Base: "https://many.example", Daily: 150, Monthly: 200}, 999)
		spent := 0
		for most := 0.5; p.spend(pipeline.Source{Name: "many"}, 0.01, &most) == nil; {
			spent++
		}
		fmt.Printf("took %d %d\n", n, spent)
		return
	}
	dir := t.TempDir()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var took, spent int
	for range 6 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestQuotaOfManyProcesses$", "-test.v")
			cmd.Env = append(os.Environ(), "OSINT_TEST_TURNS="+dir)
			out, err := cmd.CombinedOutput()
			_, rest, _ := strings.Cut(string(out), "took ")
			line, _, _ := strings.Cut(rest, "\n")
			a, b, _ := strings.Cut(line, " ")
			x, failed := strconv.Atoi(a)
			y, wrong := strconv.Atoi(b)
			if err != nil || failed != nil || wrong != nil {
				t.Errorf("%v: %s", err, out)
			}
			mu.Lock()
			defer mu.Unlock()
			took, spent = took+x, spent+y
		})
	}
	wg.Wait()
	if took != 150 || spent != 50 {
		t.Errorf("%d turns of 150, %d cents of 50", took, spent)
	}
}

// FuzzTally holds several processes' turns against a count that one keeps by
// hand: takes, returns, days and months, in any order.
func FuzzTally(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(9), uint8(60))
	f.Add(uint64(2), uint8(0), uint8(3), uint8(200))
	f.Add(uint64(3), uint8(50), uint8(0), uint8(250))
	f.Fuzz(func(t *testing.T, seed uint64, daily, monthly, steps uint8) {
		rng, now := rand.New(rand.NewPCG(seed, 7)), noon
		dir := t.TempDir()
		ps := make([]*pace, 3)
		for i := range ps {
			ps[i] = newPace(dir, "", func() time.Time { return now })
			ps[i].unattended = i == 0
		}
		s := pipeline.Source{Name: "list", Base: "https://list.example", Daily: int(daily), Monthly: int(monthly)}
		byDay, byMonth := map[string]int{}, map[string]int{}
		for range steps {
			p := ps[rng.IntN(len(ps))]
			switch rng.IntN(8) {
			case 0:
				now = now.Add(time.Duration(rng.IntN(30)) * time.Hour)
			case 1:
				if byDay[day(now)] > 0 {
					p.giveBack(s, now)
					byDay[day(now)]--
					byMonth[month(now)]--
				}
			default:
				leftDay, leftMonth := s.Daily-byDay[day(now)], s.Monthly-byMonth[month(now)]
				if p.unattended {
					leftDay, leftMonth = leftDay-Reserve(s.Daily), leftMonth-Reserve(s.Monthly)
				}
				want := (s.Daily == 0 || leftDay > 0) && (s.Monthly == 0 || leftMonth > 0)
				if _, err := p.turn(s, now, nil); (err == nil) != want {
					t.Fatalf("unattended %v: %v; of the day %d are left, of the month %d", p.unattended, err, leftDay, leftMonth)
				}
				if want && counted(s) {
					byDay[day(now)]++
					byMonth[month(now)]++
				}
			}
		}
		turns, _, err := ReadTurns(dir, now)
		if err != nil || len(turns) > 1 || len(turns) == 1 && (turns[0].Today != byDay[day(now)] || turns[0].Month != byMonth[month(now)]) {
			t.Errorf("%+v, %v; counted %d and %d", turns, err, byDay[day(now)], byMonth[month(now)])
		}
	})
}
