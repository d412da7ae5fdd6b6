package infrastructure

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// graded is a test, as far as it has come.
type graded struct {
	Host      loose.Text
	Status    loose.Text
	Message   loose.Text   `json:"statusMessage"`
	TestTime  loose.Number `json:"testTime"` // milliseconds
	Endpoints loose.List[loose.Object[gradedAt]]
}

// gradedAt is what came of one address.
type gradedAt struct {
	Address  loose.Text `json:"ipAddress"`
	Message  loose.Text `json:"statusMessage"`
	Grade    loose.Text
	Warnings loose.Truth                              `json:"hasWarnings"`
	Details  loose.Object[map[string]json.RawMessage] `json:"details"`
}

// gradedFaults are the faults of SSL Labs' details that have names, and from
// which number on each is one; 0 is a plain yes.
var gradedFaults = []struct {
	key, name string
	from      int
}{
	{"heartbleed", "Heartbleed", 0}, {"poodle", "POODLE", 0}, {"poodleTls", "POODLE (TLS)", 2}, {"freak", "FREAK", 0}, {"logjam", "Logjam", 0},
	{"drownVulnerable", "DROWN", 0}, {"ticketbleed", "Ticketbleed", 2}, {"bleichenbacher", "ROBOT", 2}, {"supportsRc4", "RC4", 0},
}

// readGraded reads an answer, or says what its status means.
func readGraded(a *collectors.Answer, host string) (*graded, error) {
	switch a.Status {
	case http.StatusOK:
	case http.StatusUnauthorized, 441:
		return nil, pipeline.Fail(pipeline.Unauthorized, "SSL Labs does not know the mail address: register it there first")
	case http.StatusForbidden:
		return nil, pipeline.Fail(pipeline.Blocked, "SSL Labs turns us away")
	case http.StatusTooManyRequests:
		return nil, pipeline.Fail(pipeline.RateLimited, "SSL Labs was asked too much")
	case http.StatusServiceUnavailable, 529:
		return nil, pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("SSL Labs is out of order or overloaded (%d): ask again in half an hour", a.Status))
	default:
		return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("SSL Labs answered %d", a.Status))
	}
	g := new(graded)
	if err := json.Unmarshal(a.Body, g); err != nil || a.Truncated || !strings.EqualFold(g.Host.String(), host) {
		return nil, pipeline.Fail(pipeline.Malformed, "SSL Labs answered with something that is not about the host")
	}
	return g, nil
}

var gradeForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(A[+-]?|[B-F]|T|M)$`) })

// tell tells the grade of each address that was tested.
func (g *graded) tell(a *collectors.Answer, emit collectors.Emit) error {
	told, silent := 0, ""
	for _, e := range g.Endpoints {
		addr, err := netip.ParseAddr(e.Of.Address.String())
		if grade := e.Of.Grade.String(); err != nil || !gradeForm().MatchString(grade) {
			silent = oneLine(e.Of.Message.String())
			continue
		}
		told++
		value := map[string]any{"grade": e.Of.Grade.String(), "host": addr.String(), "warnings": bool(e.Of.Warnings), "issues": strings.Join(e.Of.issues(), ", ")}
		if g.TestTime.Is {
			value["at"] = time.UnixMilli(int64(g.TestTime.Int())).UTC().Format(time.RFC3339)
		}
		emit(pipeline.Observation{Predicate: "tls-grade", Value: value, Exchanges: []pipeline.ExchangeID{a.Exchange}})
	}
	switch {
	case told == 0:
		return pipeline.Fail(pipeline.Unreachable, "SSL Labs graded no address of the host: "+silent)
	case told < len(g.Endpoints):
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("SSL Labs graded %d of %d addresses: %s", told, len(g.Endpoints), silent))
	}
	return nil
}

// issues returns the named faults of an address.
func (e gradedAt) issues() (out []string) {
	for _, f := range gradedFaults {
		var yes loose.Truth
		var n loose.Number
		raw := e.Details.Of[f.key]
		_, _ = yes.UnmarshalJSON(raw), n.UnmarshalJSON(raw) // have none
		if f.from == 0 && bool(yes) || f.from > 0 && n.Int() >= f.from {
			out = append(out, f.name)
		}
	}
	return out
}
