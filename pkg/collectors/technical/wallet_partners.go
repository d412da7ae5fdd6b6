package technical

import (
	"cmp"
	"slices"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// mostPartners is how many wallets are told with which one has exchanged funds:
// those with which it did so most often.
const mostPartners = 20

// partners counts with whom a wallet has exchanged funds.
type partners map[partnerKey]*partner

type partnerKey struct{ address, direction string } // out: to them; in: from them

type partner struct {
	times int
	total float64
	last  time.Time
}

func (p partners) add(address, direction string, amount float64, when time.Time) {
	k := partnerKey{address, direction}
	x := p[k]
	if x == nil {
		x = &partner{}
		p[k] = x
	}
	x.times++
	x.total += amount
	if when.After(x.last) {
		x.last = when
	}
}

// tell tells of the most frequent. A wallet is no name; whose it is nobody says.
func (p partners) tell(chain, unit string, answers []*collectors.Answer, t *teller) {
	keys := make([]partnerKey, 0, len(p))
	for k := range p {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b partnerKey) int {
		return cmp.Or(cmp.Compare(p[b].times, p[a].times), cmp.Compare(p[b].total, p[a].total), cmp.Compare(a.address, b.address), cmp.Compare(a.direction, b.direction))
	})
	var rests []pipeline.ExchangeID
	for _, a := range answers {
		rests = append(rests, a.Exchanges()...)
	}
	for _, k := range keys[:min(len(keys), mostPartners)] {
		e, err := pipeline.NewEntity(pipeline.KindWallet, chain+":"+k.address)
		if err != nil {
			continue
		}
		v := map[string]any{"direction": k.direction, "times": p[k].times, "total": p[k].total, "unit": unit}
		if !p[k].last.IsZero() {
			v["last"] = p[k].last.UTC().Format(time.RFC3339)
		}
		t.emit(pipeline.Observation{Predicate: "transacted-with", Object: &e, Value: v, Exchanges: rests})
		t.told++
	}
}
