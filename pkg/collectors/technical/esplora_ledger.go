package technical

import (
	"context"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// A ledger is what the transactions of one address come to, as far as they are
// read: the newest first.
type ledger struct {
	address     string
	with        partners
	seen        map[string]bool // ids of transactions
	first, last time.Time
}

// A coin is one side of a transaction: who holds it, and how much of it.
type coin struct {
	Address loose.Text   `json:"scriptpubkey_address"`
	Value   loose.Number `json:"value"`
}

type transaction struct {
	ID loose.Text `json:"txid"`
	In loose.List[struct {
		From loose.Object[coin] `json:"prevout"`
	}] `json:"vin"`
	Out    loose.List[coin] `json:"vout"`
	Status loose.Object[struct {
		Confirmed loose.Truth
		At        loose.Time `json:"block_time"`
	}]
}

// read reads pages of transactions. The first has what waits for a block before
// what is in one; each further begins after the last that was read.
func (l *ledger) read(ctx context.Context, net *collectors.View) (pages []*collectors.Answer, err error) {
	after := ""
	for range mostPages {
		path := at("address", l.address, "txs")
		if after != "" {
			path += at("chain", after)
		}
		a, err := askEsplora(ctx, net, "transactions", path)
		if err != nil {
			return pages, err
		}
		var list loose.List[transaction]
		if !listed(a.Body, &list) {
			return pages, malformed("esplora", a, "list of transactions")
		}
		pages = append(pages, a)
		confirmed, next := 0, ""
		for _, x := range list {
			id := x.ID.String()
			if id == "" || l.seen[id] {
				continue
			}
			l.seen[id] = true
			if x.Status.Of.Confirmed {
				confirmed, next = confirmed+1, id
			}
			l.take(x)
		}
		switch {
		case confirmed == 0 && len(list) > 0 && after != "":
			return pages, pipeline.Fail(pipeline.Partial, "the same page of transactions comes again")
		case confirmed < 25: // a full page has so many
			return pages, nil
		}
		after = next
	}
	return pages, pipeline.Fail(pipeline.Partial, "more transactions than are read of one wallet")
}

// take counts one transaction. Who pays from several addresses gets his change to
// one: all of his are left out as far as they can be told.
func (l *ledger) take(x transaction) {
	when := x.Status.Of.At.Time
	if !when.IsZero() {
		if l.last.IsZero() || when.After(l.last) {
			l.last = when
		}
		if l.first.IsZero() || when.Before(l.first) {
			l.first = when
		}
	}
	payers, received := map[string]bool{}, 0.0
	for _, in := range x.In {
		payers[in.From.Of.Address.String()] = true
	}
	for _, out := range x.Out {
		who := out.Address.String()
		switch {
		case who == l.address:
			received += out.Value.Value
		case payers[l.address] && !payers[who] && who != "":
			l.with.add(who, "out", out.Value.Value, when)
		}
	}
	if payers[l.address] || received <= 0 {
		return
	}
	for who := range payers {
		if who != "" {
			l.with.add(who, "in", received, when)
		}
	}
}
