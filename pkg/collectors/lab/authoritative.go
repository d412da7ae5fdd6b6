package lab

import (
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A nameServer is what listens at one address: the servers that have it.
type nameServer struct {
	lab   *Lab
	addr  netip.Addr
	names []string        // without trailing dot
	zones map[string]bool // that somebody says they serve
}

// nameServers returns every name server of the world that has an address
// where it may be asked, in the order of addresses.
func (l *Lab) nameServers() []*nameServer {
	found := map[netip.Addr]*nameServer{}
	serve := func(server, zone string) {
		server = strings.TrimSuffix(server, ".")
		if !l.tree.public(server) {
			return
		}
		for _, a := range l.tree.addresses(server) {
			s := found[a]
			if s == nil {
				s = &nameServer{lab: l, addr: a, zones: map[string]bool{}}
				found[a] = s
			}
			if !slices.Contains(s.names, server) {
				s.names = append(s.names, server)
			}
			s.zones[zone] = true
		}
	}
	for zone := range l.tree.starts {
		for _, rr := range append(slices.Clone(l.tree.records[zone][dns.TypeNS]), l.tree.delegation(zone)...) {
			serve(dns.CanonicalName(rr.(*dns.NS).Ns), zone)
		}
	}
	for key := range l.world.servers {
		if key.zone != "*" {
			serve(key.server, key.zone)
		}
	}
	for _, s := range found {
		slices.Sort(s.names)
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *nameServer) int { return a.addr.Compare(b.addr) })
}

// listenNameServers opens a port for each name server and notes the routes.
func (l *Lab) listenNameServers() error {
	for _, s := range l.nameServers() {
		udp, tcp, err := listenDNS()
		if err != nil {
			return err
		}
		l.routes = append(l.routes, net.JoinHostPort(s.addr.String(), "53")+":"+udp.LocalAddr().String())
		if l.world.any(s.names, func(x *serverSettings) bool { return x.noTCP }) {
			tcp.Close()
			tcp = nil
		}
		l.serveDNS(udp, tcp, s.serve)
	}
	return nil
}

// serve answers one question as a name server does: of its own zones, and of
// nothing else unless it is open to strangers.
func (s *nameServer) serve(w dns.ResponseWriter, q *dns.Msg) {
	if len(q.Question) != 1 || q.Opcode != dns.OpcodeQuery {
		_ = w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeNotImplemented))
		return
	}
	asked := q.Question[0]
	s.lab.note(Request{Service: "name-server", Host: s.names[0], Question: strings.TrimSuffix(dns.CanonicalName(asked.Name), ".") + " " + dns.Type(asked.Qtype).String()})
	zone := s.zoneOf(asked.Name)
	settings := s.lab.world.treats(s.names, zone)
	if settings.silent || wait(s.lab.ctx, s.lab.latency) != nil {
		return
	}
	if asked.Qtype == dns.TypeAXFR && zone == dns.CanonicalName(asked.Name) && settings.transfer.allowed && !overUDP(w) {
		s.handOut(w, q, zone, settings)
		return
	}
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable = s.lab.world.any(s.names, func(x *serverSettings) bool { return x.recursion })
	switch {
	case settings.rcode != 0:
		m.Rcode = settings.rcode
	case asked.Qclass != dns.ClassINET, asked.Qtype == dns.TypeAXFR, asked.Qtype == dns.TypeIXFR:
		m.Rcode = dns.RcodeRefused
	case zone != "" && !settings.lame:
		s.answer(m, asked, zone, settings)
	case m.RecursionAvailable && q.RecursionDesired:
		s.lab.tree.resolve(m, asked)
	case zone != "": // lame: points upward, as servers once did
		m.Ns = owned(".", s.lab.tree.records["."][dns.TypeNS])
	default:
		m.Rcode = dns.RcodeRefused
	}
	room := dns.MaxMsgSize
	if overUDP(w) {
		room = dns.MinMsgSize
		if opt := q.IsEdns0(); opt != nil {
			room = max(room, min(int(opt.UDPSize()), largest))
			m.SetEdns0(largest, opt.Do())
		}
	}
	settings.malice.send(w, m, room)
}

func overUDP(w dns.ResponseWriter) bool { return w.RemoteAddr().Network() == "udp" }

// zoneOf returns the deepest zone that the server serves and a name lies in;
// "" if there is none.
func (s *nameServer) zoneOf(name string) string {
	for n := dns.CanonicalName(name); ; n = parent(n) {
		if s.zones[n] {
			return n
		}
		if n == "." {
			return ""
		}
	}
}

// answer answers from a zone, or refers to whom the zone delegates to.
func (s *nameServer) answer(m *dns.Msg, q dns.Question, zone string, settings serverSettings) {
	t, name := s.lab.tree, dns.CanonicalName(q.Name)
	if cut := t.cut(zone, name); cut != "" && !(cut == name && q.Qtype == dns.TypeDS) {
		m.Ns = t.delegation(cut)
		for _, rr := range m.Ns {
			server := dns.CanonicalName(rr.(*dns.NS).Ns)
			if dns.IsSubDomain(cut, server) { // glue
				m.Extra = append(m.Extra, t.records[server][dns.TypeA]...)
				m.Extra = append(m.Extra, t.records[server][dns.TypeAAAA]...)
			}
		}
		return
	}
	m.Authoritative = true
	if name == zone && q.Qtype == dns.TypeNS && settings.names != nil {
		m.Answer = settings.nameRecords(zone)
		return
	}
	if name == zone && q.Qtype == dns.TypeSOA {
		m.Answer = []dns.RR{settings.start(t.starts[zone])}
		return
	}
	t.resolve(m, q)
	for i, rr := range m.Ns {
		m.Ns[i] = settings.start(rr)
	}
	for i, rr := range m.Answer { // an alias is not followed out of the zone
		if c, ok := rr.(*dns.CNAME); ok && !dns.IsSubDomain(zone, dns.CanonicalName(c.Target)) {
			m.Answer, m.Ns, m.Rcode = m.Answer[:i+1], nil, dns.RcodeSuccess
			return
		}
	}
}

// start returns a zone's SOA with the serial that the server has.
func (s serverSettings) start(rr dns.RR) dns.RR {
	soa, ok := dns.Copy(rr).(*dns.SOA)
	if !ok {
		return rr
	}
	if s.serial != 0 {
		soa.Serial = s.serial
	}
	return soa
}

func (s serverSettings) nameRecords(zone string) (rrs []dns.RR) {
	for _, n := range s.names {
		rrs = append(rrs, &dns.NS{Hdr: dns.RR_Header{Name: zone, Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: 300}, Ns: n})
	}
	return rrs
}
