package technical_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const (
	coins = "wallet:bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
	ether = "wallet:ethereum:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
)

func TestEsplora(t *testing.T) {
	address := "# follows: Esplora address; a number as text\n"
	txs := "# follows: Esplora transactions, a full page; a number as text\n"
	last := "# follows: Esplora transactions, the last page; a number as text\n"
	facts := "wallet-facts map[balance:50000 chain:bitcoin first:2023-11-14T22:13:20Z last:2026-01-01T22:00:00Z received:150000 sent:100000 transactions:27 unit:satoshi]"
	whole := []string{facts, "transacted-with wallet:bitcoin:bc1qcustomer0000000000000000000000000000 map[direction:in last:2026-01-01T22:00:00Z times:25 total:22500 unit:satoshi]",
		"transacted-with wallet:bitcoin:bc1qshop00000000000000000000000000000000 map[direction:out times:1 total:3000 unit:satoshi]",
		"wallet:bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT map[direction:out last:2023-11-14T22:13:20Z times:1 total:700 unit:satoshi]"}
	try(t, "esplora", coins, []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"no summary", `"chain_stats"`, `"stats"`, pipeline.Malformed, "no summary", nil},
		{"of another", `{"address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"`, `{"address": "bc1qother000000"`, pipeline.Malformed, "no summary", nil},
		{"not its form", address, address + "status 400\n", pipeline.Malformed, "400", nil},
		{"too fast", address, address + "status 429\nRetry-After: 60\n", pipeline.RateLimited, "", nil},
		{"too busy", txs + "Content-Type: application/json\n\n", txs + "status 500\n\nToo many history entries", pipeline.Partial, "more transactions than its server reads", []string{"wallet-facts", "! first", "! transacted-with"}},
		{"a page that can't be had", last, last + "status 503\n", pipeline.Partial, "503", []string{"wallet-facts", "! first", "customer"}},
		{"the same page again", "000028\"", "00001a\"", pipeline.Partial, "comes again", []string{"customer"}},
		{"no list", txs + "Content-Type: application/json\n\n[", txs + "Content-Type: application/json\n\n{} [", pipeline.Partial, "", []string{"wallet-facts"}},
	})
	try(t, "esplora-blockstream", coins, []tried{{"in its stead", "", "", pipeline.OK, "", whole}})
	try(t, "esplora", "wallet:bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", []tried{{"mistyped", "", "", pipeline.Skipped, "mistyped", nil}})
	try(t, "esplora", ether, []tried{{"of another chain", "", "", pipeline.Skipped, "bitcoin", nil}})
}

func TestEtherscan(t *testing.T) {
	balance, list := `{"status":"1","message":"OK","result":"1500000000000000000"}`, `{"status":"1","message":"OK","result":[{"blockNumber":"9",`
	no := func(message string) string { return `{"status":"0","message":"NOTOK","result":"` + message + `"}` }
	try(t, "etherscan", ether, []tried{
		{"as it should be", "", "", pipeline.OK, "", []string{"wallet-facts map[balance:1.5 chain:ethereum first:", "last:2026-01-02T00:00:00Z transactions:5 unit:ether]",
			"transacted-with wallet:ethereum:0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359 map[direction:out last:2026-01-02T00:00:00Z times:1 total:0.25 unit:ether]",
			"transacted-with wallet:ethereum:0xdbf03b407c01e7cd3cbea99509d93f8dddc8c6fb map[direction:in last:2025-12-30T00:00:00Z times:1 total:2 unit:ether]", "! nobody"}},
		{"no transactions", `"message":"OK","result":[{"blockNumber":"9",`, `"message":"OK","result":[],"more":[{"blockNumber":"9",`, pipeline.OK, "", []string{"transactions:0", "! transacted-with"}},
		{"a list that is a text", list, `{"status":"1","message":"OK","result":"soon","more":[{"blockNumber":"9",`, pipeline.Partial, "no list of transactions", []string{"balance:1.5", "! transactions"}},
		{"nothing where a list is due", list, `{"status":"1","message":"OK","result":null,"more":[{"blockNumber":"9",`, pipeline.Partial, "", []string{"balance:1.5", "! transactions"}},
		{"too fast", balance, no("Max rate limit reached, please use API Key for higher rate limit"), pipeline.RateLimited, "slowly", nil},
		{"a bad key", balance, no("Invalid API Key (#err2)|trial-key-of-the-lab"), pipeline.Unauthorized, "osint keys set ETHERSCAN_API_KEY", nil},
		{"many bad keys", balance, no("Too many invalid api key attempts, please try again later"), pipeline.RateLimited, "left alone", nil},
		{"not this chain", balance, no("Free API access is not supported for this chain."), pipeline.Blocked, "plan", nil},
		{"another error", balance, no("Missing or unsupported chainid parameter"), pipeline.Malformed, "error of its own", nil},
		{"no balance", balance, `{"status":"1","message":"OK","result":"lots"}`, pipeline.Malformed, "no balance", nil},
	})
	try(t, "etherscan", coins, []tried{{"of another chain", "", "", pipeline.Skipped, "ethereum", nil}})
}

func TestStackExchange(t *testing.T) {
	head := "# follows: Stack Exchange API, questions; a number as text, one without\n"
	whole := []string{"ravensworth.example mentioned-on url:https://stackoverflow.com/questions/70000001 map[by:stackoverflow first:2023-11-14T22:13:20Z kind:question last:2023-11-21T20:53:20Z]\n", "! why-does"}
	try(t, "stackexchange", "ravensworth.example", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"more", `"has_more":false,"quota_max":300,"quota_remaining":289`, `"has_more":true,"quota_remaining":289`, pipeline.Partial, "more questions", whole},
		{"to be left alone", `"quota_remaining":289`, `"quota_remaining":289,"backoff":10`, pipeline.Partial, "left alone for 10 s", whole},
		{"used up", `"quota_remaining":289`, `"quota_remaining":0`, pipeline.Partial, "0 questions left", whole},
		{"too fast", head + "Content-Type: application/json; charset=utf-8\n\n{", head + "status 400\n\n" + `{"error_id":502,"error_name":"throttle_violation","x":{},`, pipeline.RateLimited, "slowly", nil},
		{"a bad question", head + "Content-Type: application/json; charset=utf-8\n\n{", head + "status 400\n\n" + `{"error_id":400,`, pipeline.Malformed, "400", nil},
		{"no list", `{"items":[{"question_id"`, `{"things":[{"question_id"`, pipeline.Malformed, "no list of questions", nil},
	})
}
