package infrastructure

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// portScan tries the ports at which most is served, or most is at stake, at an
// address, and hears who speaks first there. Each is tried once, with a pause
// between, and nothing is sent. Whoever runs the address can see it.
func portScan() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ports", Title: "Open ports of the subject's own addresses, and how their servers greet", Domain: pipeline.Infrastructure,
			Consumes:  []pipeline.Kind{pipeline.KindIP},
			Produces:  []pipeline.Predicate{"listens-on", "service-banner", "runs"},
			Emits:     []pipeline.Category{pipeline.Technical},
			OnRequest: "--with ports",
			Mode:      pipeline.Active,
			Source:    ownServers(),
			Sends:     []pipeline.Kind{pipeline.KindIP},
			Grade:     pipeline.Own,
			Origin:    "subject",
			Ceiling:   pipeline.Ceiling{Requests: 1, Bytes: 1 << 20},
			Timeout:   time.Minute,
		},
		Collect: scanPorts,
	}
}

// tried are the ports of a scan: of the web, of mail, of working from afar, of
// data bases, of machines that rule others, and of things.
var tried = []int{
	21, 22, 23, 25, 53, 80, 102, 110, 135, 139, 143, 443, 445, 502, 554, 587, 993, 995, 1433, 1521, 1883, 2375, 2404,
	3306, 3389, 5432, 5900, 5985, 6379, 6443, 8080, 8443, 8883, 9100, 9200, 10250, 11211, 20000, 27017, 44818,
}

func scanPorts(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	addr, err := netip.ParseAddr(subject.Value)
	if err != nil {
		return err
	}
	scanned, failed := net.Scan(ctx, addr, tried)
	if scanned == nil {
		return failed
	}
	proof := []pipeline.ExchangeID{scanned.Exchange}
	for _, p := range scanned.Ports {
		if p.State != collectors.PortOpen {
			continue
		}
		service, err := pipeline.NewEntity(pipeline.KindService, netip.AddrPortFrom(addr, uint16(p.Port)).String()+"/tcp")
		if err != nil {
			return pipeline.Fail(pipeline.Malformed, err.Error())
		}
		emit(pipeline.Observation{Predicate: "listens-on", Object: &service, Exchanges: proof})
		if b := readBanner(p.Port, p.Said); b.protocol != "" {
			tellBanner(emit, service, p.Port, b, proof)
		}
	}
	return failed
}

// tellBanner tells what a server says of itself, which may be untrue: it is
// graded as what a web server says of itself is.
func tellBanner(emit collectors.Emit, service pipeline.Entity, port int, b banner, proof []pipeline.ExchangeID) {
	emit(pipeline.Observation{Subject: service, Predicate: "service-banner", Exchanges: proof, Grade: "B2", Value: map[string]any{
		"protocol": b.protocol, "product": b.product, "version": b.version, "banner": b.line,
		"industrial": portAt(uint16(port), "tcp").has(industrialUse), "seen": "greeting"}})
	if b.product == "" {
		return
	}
	name := b.product
	if b.version != "" {
		name += "/" + b.version
	}
	if product, err := pipeline.NewEntity(pipeline.KindTechnology, name); err == nil {
		emit(pipeline.Observation{Predicate: "runs", Object: &product, Exchanges: proof, Grade: "B2",
			Value: map[string]any{"category": b.category(), "seen": "greeting at port " + strconv.Itoa(port)}})
	}
}
