package threat_test

import (
	"encoding/json"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

// A turn is one way in which a source answers: the world with texts replaced,
// and what comes of it.
type turn struct {
	name    string
	subject string
	swap    []string // in the world's text: old, new, old, new …
	ends    pipeline.Outcome
	reason  string
	says    []string // after the subject
}

// turns puts a collector to each turn. No error and no record holds its key.
func turns(t *testing.T, collector, world string, list []turn, lead ...func(*collectors.Options)) {
	t.Helper()
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := world + "\n-- dns://unused.example --\n@ A 203.0.113.250\n"
			for i := 0; i < len(c.swap); i += 2 {
				if !strings.Contains(text, c.swap[i]) {
					t.Fatalf("no %q in the world", c.swap[i])
				}
				text = strings.Replace(text, c.swap[i], c.swap[i+1], 1)
			}
			got := trial.Tell(t, threat.All(), collector, c.subject, text, lead...)
			var says []string
			for _, s := range c.says {
				about, rest, ok := strings.Cut(s, " | ") // said of another
				if !ok {
					e, err := pipeline.ParseEntity(c.subject)
					if err != nil {
						t.Fatal(err)
					}
					about, rest = e.Value, s
				}
				says = append(says, about+" "+rest)
			}
			got.Ends(t, c.ends, c.reason)
			got.Says(t, says...)
			whole, _ := json.Marshal(got.Exchanges)
			for _, b := range got.Bodies {
				whole = append(whole, b...)
			}
			if got.Err != nil {
				whole = append(whole, got.Err.Error()...)
			}
			if strings.Contains(string(whole), trial.Key) {
				t.Error("its key stands in what was recorded")
			}
		})
	}
}

// keyIn checks where a collector's key goes: in this header, as it is.
func keyIn(t *testing.T, collector, world, subject, host, header string, lead ...func(*collectors.Options)) {
	t.Helper()
	got := trial.Tell(t, threat.All(), collector, subject, world, lead...)
	for _, r := range got.Lab.Log() {
		if r.Host == host && r.Service == "https" {
			if r.Header.Get(header) != trial.Key || strings.Contains(r.Question, trial.Key) {
				t.Errorf("%s: %s, %q", r.Question, header, r.Header.Get(header))
			}
			return
		}
	}
	t.Errorf("%s was not asked", host)
}

// failing replaces the head of a JSON answer by another answer; the old body
// becomes that of a host that nobody asks.
func failing(status, body string) string {
	return "status " + status + "\nContent-Type: application/json\n\n" + body + "\n\n-- https://unused.example/ --\n\n"
}

const jsonHead = "Content-Type: application/json\n\n"
