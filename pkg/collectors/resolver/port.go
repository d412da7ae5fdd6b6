package resolver

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"
)

const (
	portAge    = 30 * time.Second // a UDP socket takes no more questions after this time
	portCount  = 4096             // or this many
	readBuffer = 1 << 20          // bytes of receive buffer asked for: answers come in bursts
)

// A port is one socket to one server: UDP, or TCP with answers in any order.
// The Resolver's mutex guards it.
type port struct {
	server  *server
	tcp     bool
	conn    net.Conn // nil while TCP connects
	live    map[uint16]*attempt
	count   int
	born    time.Time
	retired bool     // takes no more questions; closes when nothing is on its way
	told    bool     // something was answered by it
	pending [][]byte // framed queries, while TCP connects
}

// port returns a socket to s that takes questions, and opens one if need be.
func (r *Resolver) port(s *server, tcp bool, now time.Time) (*port, error) {
	if tcp {
		if s.tcp == nil {
			s.tcp = &port{server: s, tcp: true, live: map[uint16]*attempt{}, born: now}
			r.wg.Add(1)
			go r.connect(s.tcp)
		}
		return s.tcp, nil
	}
	if len(s.ports) == r.o.Sockets {
		i := rand.IntN(len(s.ports))
		p := s.ports[i]
		if p.count < portCount && now.Sub(p.born) < portAge {
			return p, nil
		}
		p.retire()
	}
	ctx, cancel := context.WithTimeout(r.ctx, r.o.Timeout)
	defer cancel()
	conn, err := r.o.Dial(ctx, "udp", s.addr.String())
	if err != nil {
		return nil, fmt.Errorf("socket to %s: %w", s.addr, err)
	}
	if c, ok := conn.(interface{ SetReadBuffer(int) error }); ok {
		c.SetReadBuffer(readBuffer) // the system's limit is fine too
	}
	p := &port{server: s, conn: conn, live: map[uint16]*attempt{}, born: now}
	s.ports = append(s.ports, p)
	r.wg.Add(1)
	go r.listen(p)
	return p, nil
}

// retire takes p out of its server's pool.
func (p *port) retire() {
	p.retired = true
	s := p.server
	if s.tcp == p {
		s.tcp = nil
	}
	for i, o := range s.ports {
		if o == p {
			s.ports = append(s.ports[:i], s.ports[i+1:]...)
			break
		}
	}
	p.closeIfDone()
}

func (p *port) closeIfDone() {
	if p.retired && len(p.live) == 0 && p.conn != nil {
		p.conn.Close()
	}
}

// listen reads a UDP socket until it breaks or is closed.
func (r *Resolver) listen(p *port) {
	defer r.wg.Done()
	defer p.conn.Close()
	buf := make([]byte, 4096)
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			r.broken(p, err)
			return
		}
		r.take(p, buf[:n])
	}
}

// connect opens a TCP connection, sends what waits for it, and reads it until
// it breaks, is closed, or has been idle.
func (r *Resolver) connect(p *port) {
	defer r.wg.Done()
	ctx, cancel := context.WithTimeout(r.ctx, r.o.Timeout)
	conn, err := r.o.Dial(ctx, "tcp", p.server.addr.String())
	cancel()
	if err != nil {
		r.broken(p, fmt.Errorf("connection to %s: %w", p.server.addr, err))
		return
	}
	defer conn.Close()
	if !r.connected(p, conn) {
		return
	}
	buf := make([]byte, 2+65535)
	for {
		conn.SetReadDeadline(time.Now().Add(2 * r.o.Timeout))
		if _, err = io.ReadFull(conn, buf[:2]); err != nil {
			break
		}
		n := int(binary.BigEndian.Uint16(buf))
		if _, err = io.ReadFull(conn, buf[2:2+n]); err != nil {
			break
		}
		r.take(p, buf[2:2+n])
	}
	r.broken(p, err)
}

// connected gives p its connection and sends what waited for it.
func (r *Resolver) connected(p *port, conn net.Conn) bool {
	for {
		r.mu.Lock()
		if r.closed {
			r.mu.Unlock()
			return false
		}
		waiting := p.pending
		p.pending = nil
		if len(waiting) == 0 {
			p.conn = conn
			r.mu.Unlock()
			return true
		}
		r.mu.Unlock()
		for _, framed := range waiting {
			conn.SetWriteDeadline(time.Now().Add(r.o.Timeout))
			if _, err := conn.Write(framed); err != nil {
				r.broken(p, err)
				return false
			}
		}
	}
}

// broken retires a socket that failed. What was on its way is put again; a
// TCP connection that ended after it had answered costs no try.
func (r *Resolver) broken(p *port, err error) {
	r.mu.Lock()
	p.retire()
	now := time.Now()
	for id, a := range p.live {
		delete(p.live, id)
		if a.f.last != a || a.f.busy {
			continue
		}
		if p.tcp && p.told {
			a.f.tries--
			r.send(a.f, p.server, now)
		} else {
			r.failed(a.f, err, now)
		}
	}
	r.mu.Unlock()
	r.flush()
}

// flush writes what is in the outbox.
func (r *Resolver) flush() {
	r.mu.Lock()
	for len(r.outbox) > 0 {
		out := r.outbox
		r.outbox, r.spare = r.spare[:0], nil
		r.mu.Unlock()
		for _, a := range out {
			if err := a.port.write(a.query.framed, r.o.Timeout); err != nil {
				r.unsent(a, err)
			}
		}
		clear(out)
		r.mu.Lock()
		r.spare = out
	}
	r.mu.Unlock()
}

func (p *port) write(framed []byte, longest time.Duration) error {
	if !p.tcp {
		_, err := p.conn.Write(framed[2:])
		return err
	}
	p.conn.SetWriteDeadline(time.Now().Add(longest))
	_, err := p.conn.Write(framed)
	return err
}

// unsent notes that a could not be written.
func (r *Resolver) unsent(a *attempt, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.port.live[a.id] != a {
		return
	}
	delete(a.port.live, a.id)
	if a.f.last == a {
		r.failed(a.f, err, time.Now())
	}
	a.port.retire()
}
