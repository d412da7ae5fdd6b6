package threat_test

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

const intelXWorld = `
-- dns://. --
free.intelx.io. A 203.0.113.211
2.intelx.example. A 203.0.113.212

-- POST https://free.intelx.io/intelligent/search?term=evil.example --
Content-Type: application/json

{"id":"8f0c0ffe-0000-4000-8000-0a1b2c3d4e5f","softselectorwarning":false,"status":0}

-- https://free.intelx.io/intelligent/search/result?id=8f0c0ffe-0000-4000-8000-0a1b2c3d4e5f&offset=0 --
Content-Type: application/json

{"records":[{"systemid":"x","name":"letters of ann@thropp.example.txt","bucket":"leaks.private","bucketh":"Leaks » Private","media":24,"mediah":"Text File","date":"2026-01-02T03:04:05Z","size":"9"},
{"bucketh":"Leaks » Private","mediah":"Text File","date":"2025-01-02T03:04:05Z"},{"date":"x"}],"status":"0"}

-- https://free.intelx.io/intelligent/search/result?offset=3 --
Content-Type: application/json

{"records":[{"bucketh":"Pastes","date":"2024-01-02T03:04:05Z"}],"status":1}

-- https://free.intelx.io/intelligent/search/terminate --

`

func TestIntelX(t *testing.T) {
	private := []string{"leaked-in map[by:Intelligence X dataset:Leaks » Private date:2026-01-02T03:04:05Z kind:Text File records:2]", "leaked-in map[by:Intelligence X dataset:unnamed records:1]"}
	whole := append(slices.Clone(private), "leaked-in map[by:Intelligence X dataset:Pastes date:2024-01-02T03:04:05Z records:1]")
	turns(t, "intelx", intelXWorld, []turn{
		{"two pages", "evil.example", nil, pipeline.OK, "", whole},
		{"none", "evil.example", []string{`{"records":[{"systemid"`, `{"records":[],"status":1,"was":[{"systemid"`, `],"status":"0"}`, `]}`}, pipeline.Empty, "", nil},
		{"never ready", "evil.example", []string{`{"records":[{"systemid"`, `{"records":null,"status":3,"was":[{"systemid"`, `],"status":"0"}`, `]}`}, pipeline.Timeout, "still searching", nil},
		{"it fails in the middle", "evil.example", []string{`"status":1}`, `"status":4}`}, pipeline.Partial, "gave up: status 4", whole},
		{"the second page is forbidden", "evil.example", []string{"offset=3 --\n", "offset=3 --\nstatus 402\n"}, pipeline.Partial, "402", private},
		{"too much", "evil.example", []string{`{"records":[{"bucketh":"Pastes"`, `{"records":[` + strings.Repeat(`{"bucketh":"Pastes"},`, 100) + `{"bucketh":"Pastes"`}, pipeline.Partial, "no more than 100",
			append(slices.Clone(private), "leaked-in map[by:Intelligence X dataset:Pastes date:2024-01-02T03:04:05Z records:101]")},
		{"no term of its own", "evil.example", []string{`"softselectorwarning":false,"status":0`, `"status":1`}, pipeline.Malformed, "does not search for this", nil},
		{"too many searches", "evil.example", []string{`"softselectorwarning":false,"status":0`, `"status":2`}, pipeline.RateLimited, "as many searches", nil},
		{"no search", "evil.example", []string{`"softselectorwarning":false,"status":0`, `"x":0`}, pipeline.Malformed, "no search", nil},
		{"no credits", "evil.example", []string{jsonHead, failing("402", `{}`)}, pipeline.QuotaExceeded, "", nil},
		{"not the key", "evil.example", []string{jsonHead, failing("401", `{}`)}, pipeline.Unauthorized, "", nil},
	})
	keyIn(t, "intelx", intelXWorld, "evil.example", "free.intelx.io", "X-Key")
}

// A search that was begun is let go of, also one that came to nothing; and no
// file is ever read.
func TestIntelXLetsGo(t *testing.T) {
	for _, world := range []string{intelXWorld, strings.Replace(intelXWorld, "offset=0 --\n", "offset=0 --\nstatus 500\n", 1)} {
		got := trial.Tell(t, threat.All(), "intelx", "evil.example", world)
		asked := got.Asked("free.intelx.io")
		if last := asked[len(asked)-1]; last != "GET /intelligent/search/terminate?id=8f0c0ffe-0000-4000-8000-0a1b2c3d4e5f" {
			t.Errorf("the last question is %s", last)
		}
		if slices.ContainsFunc(asked, func(q string) bool { return strings.Contains(q, "/file/") }) {
			t.Errorf("it reads files: %v", asked)
		}
	}
}

// A paid key is of another host.
func TestIntelXElsewhere(t *testing.T) {
	world := strings.ReplaceAll(intelXWorld, "//free.intelx.io/", "//2.intelx.example/")
	got := trial.Tell(t, threat.All(), "intelx", "evil.example", world, func(o *collectors.Options) { o.Bases = map[string]string{"intelx": "https://2.intelx.example"} })
	got.Ends(t, pipeline.OK, "")
}
