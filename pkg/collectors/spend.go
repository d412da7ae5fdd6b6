package collectors

import (
	"fmt"
	"math"

	"osint/pkg/pipeline"
)

// charge takes the price of one request to a source from the budget of all runs
// of this process, and from what this machine may spend on a day.
func (n *Net) charge(s pipeline.Source, price float64) error {
	if price <= 0 {
		return nil
	}
	n.mu.Lock()
	over := n.o.BudgetUSD > 0 && n.spent+price > n.o.BudgetUSD+1e-9
	if !over {
		n.spent += price
	}
	n.mu.Unlock()
	if over {
		return pipeline.Fail(pipeline.Skipped, "the budget of all runs is used up")
	}
	err := n.pace.spend(s, price, n.o.DayUSD)
	if err != nil {
		n.mu.Lock()
		n.spent -= price
		n.mu.Unlock()
	}
	return err
}

// refund gives back the price of a request that never left.
func (n *Net) refund(s pipeline.Source, price float64) {
	if price <= 0 {
		return
	}
	n.mu.Lock()
	n.spent -= price
	n.mu.Unlock()
	n.pace.unspend(s, price)
}

// spend counts money on this day, for all processes of this machine. most is
// what they may spend together; nil is no limit. Where there is one and what the
// others spent can't be read, nothing is spent.
func (p *pace) spend(s pipeline.Source, usd float64, most *float64) (err error) {
	now, price := p.now(), micro(usd)
	p.usage.among(p.key(s), now, func(t *tally, shared bool) bool {
		if most != nil && !shared && p.usage.path != "" {
			err = pipeline.Fail(pipeline.Skipped, "budget: there is a limit for a day, and what was spent today can't be read: usage.db is locked, or can't be written")
			return false
		}
		t.roll(now)
		if spent := spentOn(p.usage.own, day(now)); most != nil && spent+price > micro(*most) {
			err = pipeline.Fail(pipeline.Skipped, fmt.Sprintf("budget: it costs %.4f USD, and of the %.4f USD of today %.4f are left; the next day begins at 00:00 UTC",
				usd, *most, max(0, *most-float64(spent)/1e6)))
			return false
		}
		t.Spent += price
		return true
	})
	return err
}

// unspend takes it back.
func (p *pace) unspend(s pipeline.Source, usd float64) {
	now := p.now()
	p.usage.with(p.key(s), now, func(t *tally) bool {
		t.roll(now)
		t.Spent = max(t.Spent-micro(usd), 0)
		return true
	})
}

// spentOn adds up what was spent on a day, at all sources of all internets.
func spentOn(all map[string]*tally, day string) (sum int64) {
	for _, t := range all {
		if t.Day == day {
			sum += t.Spent
		}
	}
	return sum
}

func micro(usd float64) int64 { return int64(math.Round(usd * 1e6)) }
