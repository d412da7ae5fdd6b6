package collectors

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// A NameServer is one name server, at one of its addresses.
type NameServer struct {
	Name string     // an entry of --connect-to may name it, or its address
	Addr netip.Addr // not valid: the first address that Name points at
}

// String returns the server as records name it: its address, or its name.
func (s NameServer) String() string {
	if s.Addr.IsValid() {
		return s.Addr.String()
	}
	return bareName(s.Name)
}

// An Inquiry is a question put to a name server itself.
type Inquiry struct {
	Question
	Recurse bool // have it ask others (RD); else for what it knows itself
	TCP     bool // over TCP alone; else over UDP, and over TCP if the answer is cut short
}

// dnsPort is where name servers listen.
const dnsPort = "53"

// serverTries is how often a question is put to a server that stays silent.
const serverTries = 2

// UDP reports whether questions to name servers can go over UDP. Through a
// proxy they can't, and [View.Inquire] puts them over TCP.
func (v *View) UDP() bool { return v.net.o.Proxy == nil }

// Inquire puts one question to one name server, not to the resolvers. Every
// reply is an answer, whatever its Rcode: a refusal too. An answer with
// another id or to another question is none; a server from which no more than
// that came is a Timeout. One that can't be read is Malformed, one that is
// never whole Unreachable. A server whose address is not public is Blocked.
func (v *View) Inquire(ctx context.Context, s NameServer, q Inquiry) (*Reply, error) {
	q.Name, q.TCP = bareName(q.Name), q.TCP || !v.UDP()
	x := v.inquiry(s, q)
	if old, body, ok := v.recall(x.Question); ok {
		return reply(old, q.Question, body)
	}
	if err := v.take(ctx, s.String()); err != nil {
		return nil, err
	}
	x.At = v.net.now()
	clock := time.Now()
	r := v.ask(ctx, s, q)
	x.Elapsed = time.Since(clock)
	failed := failure(ctx, r.Err)
	x.Outcome, x.Error = outcome(failed)
	if failed == nil {
		x.Status, x.Detail = r.Msg.Rcode, detail("peer", r)
	}
	x, err := v.record(x, r.Wire)
	if err != nil || failed != nil {
		return nil, cmp.Or(err, failed)
	}
	v.weigh(len(r.Wire))
	return fromMsg(x, q.Question, r.Msg), nil
}

// inquiry begins the record of a question to a server. Its locator is a URI
// of RFC 4501.
func (v *View) inquiry(s NameServer, q Inquiry) pipeline.Exchange {
	how := "query"
	if q.Recurse {
		how = "recursive-query"
	}
	if q.TCP {
		how += "-tcp"
	}
	return pipeline.Exchange{Operation: how, Question: v.digest(append([]string{"name-server", s.String(), how}, q.parts()...)...),
		Locator: fmt.Sprintf("dns://%s/%s?type=%s", bracket(s.String()), q.Name, strings.Join(q.parts()[1:], "&"))}
}

// ask opens a way to the server and puts the question.
func (v *View) ask(ctx context.Context, s NameServer, q Inquiry) resolver.Result {
	ctx, stop := within(ctx)
	defer stop()
	defer context.AfterFunc(v.net.ctx, stop)()
	meant, to, err := v.net.locate(ctx, v.spec.Source.Name, s)
	if err != nil {
		return resolver.Result{Err: err}
	}
	engine, err := resolver.New(resolver.Options{
		Servers: []netip.AddrPort{meant}, Sockets: 1, Tries: serverTries, Iterative: !q.Recurse, TCP: q.TCP,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) { return v.net.socket(ctx, network, to) },
	})
	if err != nil {
		return resolver.Result{Err: err}
	}
	defer engine.Close()
	return engine.Ask(ctx, []resolver.Question{resolver.Question(q.Question)})[0]
}

// locate says where a name server is to be asked for a source: at its address, which is
// judged, and where --connect-to leads from there.
func (n *Net) locate(ctx context.Context, source string, s NameServer) (meant netip.AddrPort, to string, err error) {
	at := s.Addr
	if !at.IsValid() {
		host := s.Name
		if to, gives, ok := n.led(true, dnsPort, host); ok && gives {
			host, _, _ = net.SplitHostPort(to)
		}
		addrs, err := n.addresses(ctx, host)
		if err != nil {
			return meant, "", err
		}
		at = addrs[0]
	}
	meant = netip.AddrPortFrom(at, 53)
	to, gives, named := n.led(true, dnsPort, bareName(s.Name), at.String())
	if !gives && !n.guard.permits(source, meant.String()) {
		if err := n.guard.judge(at); err != nil {
			return meant, "", err
		}
	}
	switch {
	case gives:
		return meant, to, nil
	case named: // another port
		_, port, _ := net.SplitHostPort(to)
		return meant, net.JoinHostPort(at.String(), port), nil
	}
	if wild, _, ok := n.led(false, dnsPort, at.String()); ok {
		return meant, wild, nil
	}
	return meant, meant.String(), nil
}

// socket opens a connected socket to where locate led.
func (n *Net) socket(ctx context.Context, network, to string) (net.Conn, error) {
	if network == "tcp" {
		conn, err := n.connect(ctx, to)
		if err != nil {
			return nil, err
		}
		return n.hold(conn)
	}
	if n.o.Proxy != nil {
		return nil, pipeline.Fail(pipeline.Skipped, "UDP does not pass the proxy")
	}
	host, port, err := net.SplitHostPort(to)
	if err != nil {
		return nil, err
	}
	addrs, err := n.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(addrs[0].String(), port))
	if err != nil {
		return nil, err
	}
	return n.hold(conn)
}
