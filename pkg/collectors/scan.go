package collectors

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// What a scan makes of a port.
const (
	PortOpen    = "open"    // a connection came about
	PortClosed  = "closed"  // the machine says that nobody listens
	PortSilent  = "silent"  // nothing came back: a filter, or nobody at all
	PortUnclear = "unclear" // our way there failed, or a proxy does not say more
)

// A Scanned is what came of trying the ports of one address: one exchange, of
// which it is the recorded bytes.
type Scanned struct {
	Exchange pipeline.ExchangeID `json:"-"`
	At       time.Time           `json:"-"`

	Addr    string        `json:"addr"`
	Ports   []ScannedPort `json:"ports"`             // in the order asked for
	Unasked []int         `json:"unasked,omitempty"` // that the task's time left over
}

// A ScannedPort is one port.
type ScannedPort struct {
	Port  int    `json:"port"`
	State string `json:"state"`
	Said  []byte `json:"said,omitempty"` // what it said by itself, its first bytes
	Why   string `json:"why,omitempty"`  // it is unclear
}

// Scan tries to connect to TCP ports of an address: each once, a few at a
// time, with a pause between, all as one exchange. Of an open one it hears
// what the server says by itself, up to 512 bytes; it sends not one byte, and
// hangs up.
//
// The error is Partial if ports were not asked or stayed unclear: what is told
// of the others is good. An address where no port gave any sign is a Timeout,
// one that must not be dialled Blocked; there is no Scanned then. Through a
// proxy a port is open or unclear.
func (v *View) Scan(ctx context.Context, addr netip.Addr, ports []int) (*Scanned, error) {
	question := v.digest("scan", addr.String(), fmt.Sprint(ports))
	if x, body, ok := v.recall(question); ok {
		return readScanned(x, body)
	}
	if err := v.take(ctx, addr.String()); err != nil {
		return nil, err
	}
	x := pipeline.Exchange{Operation: "scan", Question: question, Locator: "tcp://" + bracket(addr.String()), At: v.net.now()}
	began := time.Now()
	s := newScan(v.spec.Source.Name, addr, ports)
	failed := s.run(ctx, v.net)
	x.Elapsed = time.Since(began)
	x.Outcome, x.Error = outcome(failed)
	var body []byte
	if failed == nil {
		x.Detail = "peer " + s.String()
		var err error
		if body, err = json.Marshal(&s.Scanned); err != nil {
			return nil, err
		}
	}
	x, err := v.record(x, body)
	if err != nil {
		return nil, err
	}
	v.weigh(len(body))
	if failed != nil {
		return nil, failed
	}
	return readScanned(x, body)
}

// readScanned makes a scan of its recorded bytes.
func readScanned(x pipeline.Exchange, body []byte) (*Scanned, error) {
	s := new(Scanned)
	if err := json.Unmarshal(body, s); err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded scan: "+err.Error())
	}
	s.Exchange, s.At = x.ID, x.At
	if len(s.Unasked)+s.count(PortUnclear) > 0 {
		return s, pipeline.Fail(pipeline.Partial, s.String())
	}
	return s, nil
}

// ReadScanned reads a scan back from its bytes.
func ReadScanned(x pipeline.Exchange, body []byte) (*Scanned, error) {
	s, err := readScanned(x, body)
	if s != nil {
		err = nil
	}
	return s, err
}

func (s *Scanned) count(state string) (n int) {
	for _, p := range s.Ports {
		if p.State == state {
			n++
		}
	}
	return n
}

// String counts, in one line.
func (s *Scanned) String() string {
	parts := []string{fmt.Sprintf("%s, %d ports tried", s.Addr, len(s.Ports))}
	for _, state := range []string{PortOpen, PortClosed, PortSilent, PortUnclear} {
		if n := s.count(state); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	if n := len(s.Unasked); n > 0 {
		parts = append(parts, fmt.Sprintf("%d not tried", n))
	}
	if i := slices.IndexFunc(s.Ports, func(p ScannedPort) bool { return p.Why != "" }); i >= 0 {
		parts = append(parts, s.Ports[i].Why)
	}
	return strings.Join(parts, ", ")
}
