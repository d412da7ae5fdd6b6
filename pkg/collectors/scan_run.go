package collectors

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"osint/pkg/pipeline"
)

const (
	scanAtOnce  = 4                      // connections to one address that are opened at a time
	scanPause   = 50 * time.Millisecond  // between two
	scanWait    = 3 * time.Second        // for a port to show itself
	scanHear    = time.Second            // for a server to begin to speak
	scanHearOn  = 200 * time.Millisecond // for it to go on
	maxGreeting = 512                    // bytes
)

// A scan is one at work.
type scan struct {
	Scanned
	source string
	ports  []int

	mu     sync.Mutex
	tried  map[int]ScannedPort
	failed error // that ends it: the address must not be dialled, or can't be
}

func newScan(source string, addr netip.Addr, ports []int) *scan {
	return &scan{source: source, Scanned: Scanned{Addr: addr.String(), Ports: []ScannedPort{}}, ports: ports, tried: map[int]ScannedPort{}}
}

// run tries all ports, unless ctx ends first. Its error is a Failure: nothing
// gave a sign, or the run ended.
func (s *scan) run(ctx context.Context, n *Net) error {
	limited, stop := mostOf(ctx)
	defer stop()
	limited, end := context.WithCancel(limited)
	defer end()
	next := make(chan int)
	var wg sync.WaitGroup
	for range scanAtOnce {
		wg.Go(func() {
			for port := range next {
				p, err := s.try(limited, n, port)
				s.note(p, err, end)
			}
		})
	}
	s.hand(limited, next, n.unpaced)
	close(next)
	wg.Wait()
	return s.settle(ctx)
}

// hand gives out the ports, with a pause between two.
func (s *scan) hand(ctx context.Context, next chan<- int, unpaced bool) {
	for i, port := range s.ports {
		if i > 0 && !unpaced && sleep(ctx, scanPause) != nil {
			return
		}
		select {
		case next <- port:
		case <-ctx.Done():
			return
		}
	}
}

// note keeps what came of a port. A fault of the address ends the scan.
func (s *scan) note(p ScannedPort, err error, end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil && s.failed == nil:
		s.failed = err
		end()
	case p.State != "":
		s.tried[p.Port] = p
	}
}

// settle puts the ports in order.
func (s *scan) settle(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return failure(ctx, ctx.Err())
	}
	why := ""
	for _, port := range s.ports {
		p, ok := s.tried[port]
		if !ok {
			s.Unasked = append(s.Unasked, port)
			continue
		}
		s.Ports, why = append(s.Ports, p), why+p.Why
	}
	switch {
	case s.failed != nil:
		return s.failed
	case s.count(PortOpen)+s.count(PortClosed) > 0:
		return nil
	case why != "":
		return pipeline.Fail(pipeline.Unreachable, s.String())
	}
	return pipeline.Fail(pipeline.Timeout, s.String()+": a filter, or nobody there")
}

// try connects to one port. A port that the run has no time for has no state;
// the error is one that all ports would have.
func (s *scan) try(ctx context.Context, n *Net, port int) (p ScannedPort, err error) {
	p.Port = port
	began := time.Now()
	limited, stop := context.WithTimeout(ctx, scanWait)
	defer stop()
	conn, err := n.dial(limited, s.source, net.JoinHostPort(s.Addr, strconv.Itoa(port)), nil)
	if err == nil {
		defer conn.Close()
		p.State, p.Said = PortOpen, greeting(ctx, conn)
		return p, nil
	}
	var f *pipeline.Failure
	switch {
	case ctx.Err() != nil:
		return p, nil
	case !errors.As(err, &f), f.Outcome == pipeline.Blocked, errors.Is(err, ErrNoRoute):
		return p, err
	case n.o.Proxy != nil:
		p.State, p.Why = PortUnclear, f.Reason
	case Absent(err):
		p.State = PortClosed
	case f.Outcome == pipeline.Timeout && time.Since(began) < scanWait*9/10: // the run's time, not the port's
	case f.Outcome == pipeline.Timeout, strings.Contains(f.Reason, syscall.EHOSTUNREACH.Error()):
		p.State = PortSilent
	default:
		p.State, p.Why = PortUnclear, f.Reason
	}
	return p, nil
}

// greeting hears what a server says by itself.
func greeting(ctx context.Context, conn net.Conn) (said []byte) {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	buffer := make([]byte, maxGreeting)
	for wait := scanHear; len(said) < maxGreeting; wait = scanHearOn {
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		k, err := conn.Read(buffer[len(said):])
		said = buffer[:len(said)+k]
		if err != nil {
			break
		}
	}
	return said
}
