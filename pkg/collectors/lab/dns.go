package lab

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/miekg/dns"
)

// listenDNS opens one port for UDP and TCP.
func listenDNS() (net.PacketConn, net.Listener, error) {
	for range 50 {
		udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		if tcp, err := net.Listen("tcp4", udp.LocalAddr().String()); err == nil {
			return udp, tcp, nil
		}
		udp.Close()
	}
	return nil, nil, errors.New("found no port that is free for both UDP and TCP")
}

// serveDNS serves both until the lab closes; tcp may be nil.
func (l *Lab) serveDNS(udp net.PacketConn, tcp net.Listener, answer dns.HandlerFunc) {
	servers := []*dns.Server{{PacketConn: udp}}
	if tcp != nil {
		servers = append(servers, &dns.Server{Listener: tcp, MaxTCPQueries: -1})
	}
	for _, s := range servers {
		s.Handler = answer
		s.UDPSize = dns.MaxMsgSize
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		l.running.Go(func() { _ = s.ActivateAndServe() })
		<-up
		l.closers = append(l.closers, s.Shutdown)
	}
}

// largest is the most that is sent over UDP, whatever the client would take.
const largest = 1232

// dns answers one question.
func (l *Lab) dns(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable = true
	m.CheckingDisabled = q.CheckingDisabled
	udp := w.RemoteAddr().Network() == "udp"
	room := dns.MaxMsgSize
	if udp {
		room = dns.MinMsgSize
	}
	if opt := q.IsEdns0(); opt != nil {
		if udp {
			room = max(room, min(int(opt.UDPSize()), largest))
		}
		m.SetEdns0(largest, opt.Do())
	}
	var settings dnsSettings
	switch {
	case q.Opcode != dns.OpcodeQuery:
		m.Rcode = dns.RcodeNotImplemented
	case len(q.Question) != 1:
		m.Rcode = dns.RcodeFormatError
	default:
		question := q.Question[0]
		l.note(Request{Service: "dns", Host: strings.TrimSuffix(dns.CanonicalName(question.Name), "."), Question: dns.Type(question.Qtype).String()})
		settings = l.dnsSettings(question.Name)
		l.question(m, question, settings.rcode)
		l.judge(m, question)
	}
	if l.drops(q, settings) || wait(l.ctx, l.latency+settings.latency) != nil {
		return
	}
	if settings.truncate && udp && m.Rcode == dns.RcodeSuccess {
		m.Truncated, m.Answer, m.Ns = true, nil, nil
	}
	m.Truncate(room)
	_ = w.WriteMsg(m)
}

func (l *Lab) question(m *dns.Msg, q dns.Question, rcode int) {
	switch {
	case rcode != 0:
		m.Rcode = rcode
	case q.Qclass != dns.ClassINET || q.Qtype == dns.TypeAXFR || q.Qtype == dns.TypeIXFR:
		m.Rcode = dns.RcodeRefused
	default:
		end := l.tree.resolve(m, q)
		if opt := m.IsEdns0(); opt != nil && opt.Do() && q.Qtype != dns.TypeANY {
			l.tree.prove(m, end, q.Qtype)
		}
	}
}

// judge refuses, as a validating resolver does, what a client would not judge
// itself (CD) and no chain of trust holds.
func (l *Lab) judge(m *dns.Msg, q dns.Question) {
	if m.CheckingDisabled || m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError {
		return
	}
	code := l.tree.refusal(q.Name, q.Qtype)
	for _, rr := range m.Answer {
		if kind := rr.Header().Rrtype; kind != dns.TypeRRSIG {
			code = cmp.Or(code, l.tree.refusal(rr.Header().Name, kind))
		}
	}
	if code == 0 {
		return
	}
	m.Rcode, m.Answer, m.Ns = dns.RcodeServerFailure, nil, nil
	if opt := m.IsEdns0(); opt != nil {
		opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: code})
	}
}

// drops tells whether a question gets no reply at all.
func (l *Lab) drops(q *dns.Msg, s dnsSettings) bool {
	if s.silent {
		return true
	}
	if s.loss.of == 0 {
		return false
	}
	asked := q.Question[0]
	return l.counts.lost(fmt.Sprint("dns ", dns.CanonicalName(asked.Name), asked.Qtype), s.loss)
}

// dnsSettings returns those of the nearest host at or above a name that has
// any.
func (l *Lab) dnsSettings(name string) dnsSettings {
	for n := dns.CanonicalName(name); n != "."; n = parent(n) {
		if h := l.world.hosts[strings.TrimSuffix(n, ".")]; h != nil && h.dns != (dnsSettings{}) {
			return h.dns
		}
	}
	return dnsSettings{}
}
