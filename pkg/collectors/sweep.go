package collectors

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// A Swept is what came of trying a list of names below a zone: one exchange,
// of which it is the recorded bytes.
type Swept struct {
	Exchange pipeline.ExchangeID `json:"-"`

	Zone     string               `json:"zone"`
	List     pipeline.WordListRef `json:"list"`
	Tried    int                  `json:"tried"`              // names asked for
	Unasked  int                  `json:"unasked,omitempty"`  // names of the list that time or a ceiling left over
	TooLong  int                  `json:"too_long,omitempty"` // names that would be no names below the zone
	Outcomes map[string]int       `json:"outcomes"`           // of the names tried: answered, nodata, nxdomain; or how they were lost: timeout, servfail, …
	Wildcard int                  `json:"wildcard"`           // answered as any name would be: no finds
	Unclear  int                  `json:"unclear,omitempty"`  // could not be told from a wildcard
	Untold   int                  `json:"untold,omitempty"`   // beyond the finds that are kept
	Probes   []Probe              `json:"probes"`             // for names that nobody gave
	Found    []SweptName          `json:"found"`              // sorted by name
}

// A Probe is a question for a random label, and its answer.
type Probe struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Outcome string   `json:"outcome"`
	Records []string `json:"records,omitempty"`
}

// A SweptName is a name that exists. Records are in presentation format, the
// aliases in turn and then the addresses; none if there is no address.
type SweptName struct {
	Name    string   `json:"name"`
	Records []string `json:"records,omitempty"`
}

// RRs returns the records as such.
func (n SweptName) RRs() (rrs []dns.RR) {
	for _, text := range n.Records {
		if rr, err := dns.NewRR(text); err == nil && rr != nil {
			rrs = append(rrs, rr)
		}
	}
	return rrs
}

// Sweep tries the names of the task's word list below a zone: as one exchange,
// under the Spec's ceiling of names. A is asked for, and AAAA where a name has
// no A. A name is found if it exists and is answered otherwise than names
// that nobody gave; see [picture].
//
// The error is Partial if names were lost, left over, or could not be told
// from a wildcard: the finds are good, and silence is not absence. Without any
// answer there is no Swept. The list is not needed where an earlier attempt's
// sweep can be read back.
func (v *View) Sweep(ctx context.Context, zone string) (*Swept, error) {
	list := v.list
	if list == nil {
		list = builtin()
	}
	zone = bareName(zone)
	question := v.digest("sweep", zone, list.Ref.SHA256)
	if x, body, ok := v.recall(question); ok {
		return readSwept(x, body)
	}
	words, err := list.read()
	if err != nil { // open on resume: nothing was asked
		return nil, pipeline.Fail(pipeline.Cancelled, err.Error())
	}
	defer words.Close()
	if err := v.take(ctx, "resolver"); err != nil {
		return nil, err
	}
	engine, err := v.net.resolvers()
	if err != nil {
		return nil, err
	}
	x := pipeline.Exchange{Operation: "sweep", Question: question, Locator: "dns:*." + zone + "?type=A", At: v.net.now()}
	began := time.Now()
	w := newSweep(zone, list, words, v.spec.Ceiling.Names)
	failed := w.run(ctx, engine)
	x.Elapsed, x.Detail = time.Since(began), w.Swept.String()
	x.Outcome, x.Error = outcome(failed)
	var body []byte
	if failed == nil {
		if body, err = json.Marshal(&w.Swept); err != nil {
			return nil, err
		}
	}
	if x, err = v.record(x, body); err != nil {
		return nil, err
	}
	v.weigh(len(body))
	if failed != nil {
		return nil, failed
	}
	w.Swept.Exchange = x.ID
	return &w.Swept, w.Swept.end()
}

// readSwept makes a sweep of its recorded bytes.
func readSwept(x pipeline.Exchange, body []byte) (*Swept, error) {
	s := new(Swept)
	if err := json.Unmarshal(body, s); err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded sweep: "+err.Error())
	}
	s.Exchange = x.ID
	return s, s.end()
}

// Lost is how many of the names tried had no answer.
func (s *Swept) Lost() (n int) {
	for what, k := range s.Outcomes {
		if !told[what] {
			n += k
		}
	}
	return n
}

// told are the outcomes that say whether there is a name.
var told = map[string]bool{"answered": true, "nodata": true, "nxdomain": true}

// end returns nil if the sweep is whole, and else what is missing.
func (s *Swept) end() error {
	if s.Lost()+s.Unasked+s.Unclear+s.Untold == 0 {
		return nil
	}
	return pipeline.Fail(pipeline.Partial, s.String())
}

// String counts, in one line.
func (s *Swept) String() string {
	parts := []string{fmt.Sprintf("%d names tried", s.Tried), fmt.Sprintf("%d found", len(s.Found))}
	for _, x := range []struct {
		n    int
		what string
	}{
		{s.Outcomes["nxdomain"], "do not exist"}, {s.Wildcard, "answered by a wildcard"}, {s.Unclear, "not told from a wildcard"},
		{s.Untold, "found beyond what is kept"}, {s.Unasked, "not asked"}, {s.TooLong, "too long below " + s.Zone},
	} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", x.n, x.what))
		}
	}
	for _, what := range slices.Sorted(maps.Keys(s.Outcomes)) {
		if n := s.Outcomes[what]; n > 0 && !told[what] {
			parts = append(parts, fmt.Sprintf("%d lost (%s)", n, what))
		}
	}
	return strings.Join(parts, ", ")
}
