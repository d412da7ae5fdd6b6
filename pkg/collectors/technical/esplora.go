package technical

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// esplora reads what a wallet of Bitcoin holds and with which others it exchanged
// funds, from who runs Esplora: mempool.space, and Blockstream in its stead. Whose
// a wallet is nobody says; it may be a person's, so that answers are kept as those
// about an online identifier are. Sums and counts of the ledger name nobody.
func esplora() []collectors.Entry {
	return []collectors.Entry{
		esploraAt("esplora", "", pipeline.Source{Name: "mempool.space", Base: "https://mempool.space/api", Country: "JP", Terms: "https://mempool.space/terms-of-service"}),
		esploraAt("esplora-blockstream", "esplora", pipeline.Source{Name: "blockstream.info", Base: "https://blockstream.info/api", Country: "CA", Terms: "https://blockstream.com/terms/"}),
	}
}

func esploraAt(name, instead string, s pipeline.Source) collectors.Entry {
	s.Family, s.Commercial, s.Verified = "esplora", pipeline.UnknownOK, "2026-11-23"
	s.Slots, s.Interval, s.TTL = 1, 500*time.Millisecond, 10*time.Minute
	s.Class, s.Access = pipeline.Commercial, pipeline.AccessOpen
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: name, Title: "Balance and partners of a Bitcoin wallet (" + s.Name + ")", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindWallet},
			Produces: []pipeline.Predicate{"wallet-facts", "transacted-with"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.OnlineID},
			Mode:     pipeline.Passive, Origin: "bitcoin", Grade: "A1",
			Source:      s,
			Sends:       []pipeline.Kind{pipeline.KindWallet},
			Ceiling:     pipeline.Ceiling{Requests: 12, Bytes: 24 << 20}, // a summary, three pages, and two repeats of each
			StandsInFor: instead,
			Derive:      derivative(derive.Shape{"chain_stats": derive.Within(derive.Shape{"tx_count": derive.Quantity}), "fee": derive.Quantity, "size": derive.Quantity}),
		},
		Collect: readEsplora,
	}
}

// mostPages bounds the pages of transactions that are read of one wallet.
const mostPages = 3

// A tally is what Esplora counts of an address, in satoshi.
type tally struct {
	In  loose.Number `json:"funded_txo_sum"`
	Out loose.Number `json:"spent_txo_sum"`
	N   loose.Number `json:"tx_count"`
}

func readEsplora(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	address, err := walletAt(subject, "bitcoin")
	if err != nil {
		return err
	}
	if !bitcoinSound(address) {
		return pipeline.Fail(pipeline.Skipped, "the checksum of the address does not hold: it is mistyped")
	}
	a, err := askEsplora(ctx, net, "address", at("address", address))
	if err != nil {
		return err
	}
	var s struct {
		Address loose.Text
		Chain   loose.Object[tally] `json:"chain_stats"`
	}
	if json.Unmarshal(a.Body, &s) != nil || s.Address.String() != address || !s.Chain.Of.In.Is || !s.Chain.Of.Out.Is || !s.Chain.Of.N.Is {
		return malformed("esplora", a, "summary of the address")
	}
	c, t := s.Chain.Of, &teller{emit: emit}
	facts := map[string]any{"chain": "bitcoin", "unit": "satoshi", "received": c.In.Value, "sent": c.Out.Value, "balance": c.In.Value - c.Out.Value, "transactions": c.N.Value}
	var pages []*collectors.Answer
	l := &ledger{address: address, with: partners{}, seen: map[string]bool{}}
	if c.N.Value > 0 {
		pages, err = l.read(ctx, net)
	}
	if !l.last.IsZero() {
		facts["last"] = l.last.UTC().Format(time.RFC3339)
	}
	if whole := err == nil && len(l.seen) >= c.N.Int(); whole && !l.first.IsZero() {
		facts["first"] = l.first.UTC().Format(time.RFC3339)
	}
	o := pipeline.Observation{Predicate: "wallet-facts", Value: facts, Exchanges: a.Exchanges()}
	for _, p := range pages {
		o.Exchanges = append(o.Exchanges, p.Exchanges()...)
	}
	emit(o)
	t.told++
	l.with.tell("bitcoin", "satoshi", pages, t)
	return t.end(err)
}

// askEsplora puts one question. It says no in plain words.
func askEsplora(ctx context.Context, net *collectors.View, operation, path string) (*collectors.Answer, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: operation, URL: path, Accept: "json", NoFollow: true, MaxBytes: 8 << 20})
	switch {
	case a != nil && a.Status >= 400 && bytes.Contains(bytes.ToLower(a.Body), []byte("too many history entries")):
		return nil, pipeline.Fail(pipeline.Unreachable, "the wallet has more transactions than its server reads")
	case err != nil:
		return nil, err
	case a.Status != http.StatusOK:
		return nil, malformed("esplora", a, "answer about the address")
	}
	return a, nil
}
