package technical

import (
	"context"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// etherscan reads what a wallet of Ethereum holds, and with which others it
// exchanged funds in its last hundred transactions.
func etherscan() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "etherscan", Title: "Balance and partners of an Ethereum wallet (Etherscan)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindWallet},
			Produces: []pipeline.Predicate{"wallet-facts", "transacted-with"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.OnlineID},
			Mode:     pipeline.Passive, Origin: "ethereum", Grade: "A1",
			Source: pipeline.Source{
				Name: "etherscan", Family: "etherscan", Base: "https://api.etherscan.io", Country: "MY",
				Terms: "https://etherscan.io/terms", Commercial: pipeline.Contract, Verified: "2026-11-23",
				Slots: 1, Interval: 400 * time.Millisecond, Daily: 100_000, TTL: 10 * time.Minute,
				Class: pipeline.Commercial, Access: pipeline.AccessOpen,
			},
			Sends:   []pipeline.Kind{pipeline.KindWallet},
			Ceiling: pipeline.Ceiling{Requests: 9, Bytes: 16 << 20},
			Keys:    []string{etherscanKey},
			Derive:  derivative(derive.Shape{"status": derive.OneOf("0", "1"), "result": derive.Count}),
		},
		Collect: readEtherscan,
	}
}

const (
	etherscanKey = "ETHERSCAN_API_KEY"
	mostTransfer = 100 // transactions that are read
)

func readEtherscan(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	address, err := walletAt(subject, "ethereum")
	if err != nil {
		return err
	}
	a, body, err := askEtherscan(ctx, net, "balance", "&tag=latest&address="+address)
	if err != nil {
		return err
	}
	var wei loose.Text
	balance, ok := 0.0, json.Unmarshal(body, &wei) == nil
	if ok {
		balance, ok = ether(wei.String())
	}
	if !ok {
		return malformed("etherscan", a, "balance")
	}
	facts := map[string]any{"chain": "ethereum", "unit": "ether", "balance": balance}
	list, body, failed := askEtherscan(ctx, net, "txlist", "&startblock=0&endblock=99999999&page=1&offset=100&sort=desc&address="+address)
	o := pipeline.Observation{Predicate: "wallet-facts", Value: facts, Exchanges: a.Exchanges()}
	with := partners{}
	if failed == nil {
		if failed = with.transfers(address, list, body, facts); failed == nil {
			o.Exchanges = append(o.Exchanges, list.Exchanges()...)
		}
	}
	t := &teller{emit: emit, told: 1}
	emit(o)
	if failed == nil {
		with.tell("ethereum", "ether", []*collectors.Answer{list}, t)
	}
	return t.end(failed)
}

// askEtherscan puts one question to the main chain. It answers 200 whatever there
// is to say: an error is a text where the result is due.
func askEtherscan(ctx context.Context, net *collectors.View, action, query string) (*collectors.Answer, json.RawMessage, error) {
	a, err := net.HTTP(ctx, collectors.Request{
		Operation: action, URL: "/v2/api?chainid=1&module=account&action=" + action + query, Accept: "json", NoFollow: true, MaxBytes: 8 << 20,
		Credential: collectors.Credential{Name: etherscanKey, Parameter: "apikey"},
	})
	if err != nil {
		return nil, nil, err
	}
	var r struct {
		Status, Message loose.Text
		Result          json.RawMessage
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &r) != nil || len(r.Result) == 0 {
		return nil, nil, malformed("etherscan", a, "answer of its own")
	}
	if r.Status == "1" || r.Status == "0" && strings.HasPrefix(strings.ToLower(r.Message.String()), "no transactions") {
		return a, r.Result, nil
	}
	var why loose.Text
	_ = json.Unmarshal(r.Result, &why) // a text, or nothing to go by
	return nil, nil, etherscanFailure(strings.ToLower(r.Message.String() + " " + why.String()))
}

// etherscanFailure makes an outcome of what an error says.
func etherscanFailure(text string) error {
	for _, c := range []struct {
		sign    string
		outcome pipeline.Outcome
		reason  string
	}{
		{"rate limit", pipeline.RateLimited, "etherscan wants to be asked more slowly"},
		{"too many invalid", pipeline.RateLimited, "etherscan was asked with too many bad keys, and wants to be left alone"},
		{"daily limit", pipeline.QuotaExceeded, "etherscan's allowance of the day is used up"},
		{"api key", pipeline.Unauthorized, "etherscan does not take the key; osint keys set " + etherscanKey},
		{"not supported for this chain", pipeline.Blocked, "etherscan's plan does not cover the chain"},
	} {
		if strings.Contains(text, c.sign) {
			return pipeline.Fail(c.outcome, c.reason)
		}
	}
	return pipeline.Fail(pipeline.Malformed, "etherscan answered with an error of its own")
}

// transfers counts transactions that moved funds, the newest first.
func (p partners) transfers(address string, a *collectors.Answer, body []byte, facts map[string]any) error {
	var list loose.List[struct {
		At              loose.Time `json:"timeStamp"`
		From, To, Value loose.Text
		Failed          loose.Text `json:"isError"`
	}]
	if !listed(body, &list) {
		return malformed("etherscan", a, "list of transactions")
	}
	for i, x := range list {
		from, to := strings.ToLower(x.From.String()), strings.ToLower(x.To.String())
		if i == 0 {
			put(facts, "last", x.At.RFC3339())
		}
		amount, ok := ether(x.Value.String())
		if !ok || amount <= 0 || x.Failed == "1" || from == to {
			continue
		}
		switch address {
		case from:
			p.add(to, "out", amount, x.At.Time)
		case to:
			p.add(from, "in", amount, x.At.Time)
		}
	}
	if len(list) < mostTransfer { // these are all
		facts["transactions"] = len(list)
		for _, x := range list {
			put(facts, "first", x.At.RFC3339()) // the last that has one
		}
	}
	return nil
}

// ether reads an amount in wei, which is a text since it has too many digits.
func ether(wei string) (float64, bool) {
	n, ok := new(big.Int).SetString(wei, 10)
	if !ok || n.Sign() < 0 || len(wei) > 40 {
		return 0, false
	}
	f, _ := new(big.Rat).SetFrac(n, big.NewInt(1_000_000_000_000_000_000)).Float64()
	return f, true
}
