package lab

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// A speaker is an open port at an address, and what its server says by itself.
type speaker struct {
	manner manner
	says   text
	file   file
}

// speakerFile reads tcp://ADDRESS:PORT: a head of directives, an empty line,
// and what is said.
func (w *World) speakerFile(f file, rest string) error {
	at, err := netip.ParseAddrPort(rest)
	if err != nil || at.Port() == 0 {
		return fmt.Errorf("want tcp://ADDRESS:PORT, such as tcp://192.0.2.1:22, not %q", rest)
	}
	if _, twice := w.speakers[at]; twice {
		return fmt.Errorf("%s is open already", at)
	}
	head, body, whole := strings.Cut("\n"+f.data, "\n\n")
	if !whole {
		return &lineError{1, "an empty line stands before what the server says, also where that is nothing"}
	}
	s := &speaker{manner: plain, file: f}
	n := -1
	for line := range strings.Lines(head) {
		n++
		word, arg := directive(line)
		if word == "" {
			continue
		}
		known, err := s.manner.set(word, arg)
		if !known {
			err = errors.New("a port has latency, drip, endless, gzip-bomb, cut, close, silent")
		}
		if err != nil {
			return &lineError{n, err.Error()}
		}
	}
	if s.says, err = compile(body); err != nil {
		return err
	}
	w.speakers[at] = s
	return nil
}

// serveSpeaker says to everybody who comes the same, and hangs up when the
// other side does.
func (l *Lab) serveSpeaker(listener net.Listener, at netip.AddrPort, s *speaker) {
	for {
		conn, err := listener.Accept()
		if err != nil || !l.keep(conn) {
			return
		}
		l.note(Request{Service: "tcp", Host: at.Addr().String(), Question: fmt.Sprint(at.Port())})
		l.running.Go(func() {
			defer l.drop(conn)
			if wait(l.ctx, l.latency+s.manner.latency) != nil || s.manner.close {
				return
			}
			if !s.manner.silent && s.manner.send(l.ctx, conn, s.says.render(l.day), func() {}) != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
		})
	}
}

// speakers opens a listener for each speaker.
func (l *Lab) speakers() error {
	order := slices.SortedFunc(maps.Keys(l.world.speakers), netip.AddrPort.Compare)
	for _, at := range order {
		listener, err := l.port(at.String())
		if err != nil {
			return err
		}
		l.closers = append(l.closers, listener.Close)
		l.running.Go(func() { l.serveSpeaker(listener, at, l.world.speakers[at]) })
	}
	return nil
}

func speakerAt(a netip.Addr, port string) netip.AddrPort {
	at, _ := netip.ParseAddrPort(route(a, port)) // both are sound
	return at
}

// route returns the beginning of a route to one port of an address.
func route(a netip.Addr, port string) string { return net.JoinHostPort(a.String(), port) }
