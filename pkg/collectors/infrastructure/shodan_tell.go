package infrastructure

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// servicesLimit is how many services of one address are told.
const servicesLimit = 200

func (h shodanHost) tell(subject pipeline.Entity, say func(pipeline.Observation)) error {
	addr, _ := netip.ParseAddr(subject.Value) // a canonical one
	open := map[string]bool{}
	for i, s := range h.Data {
		if e, ok := serviceAt(addr, s.Port.Int(), s.over()); ok {
			if open[e.Value] = true; i < servicesLimit {
				s.tell(e, say)
			}
		}
	}
	for _, n := range h.Ports {
		e, ok := serviceAt(addr, n.Int(), "tcp")
		if over, known := serviceAt(addr, n.Int(), "udp"); ok && !open[e.Value] && !(known && open[over.Value]) {
			say(pipeline.Observation{Predicate: "listens-on", Object: &e})
		}
	}
	for _, text := range h.Hostnames {
		if name, err := pipeline.NewName(text.String()); err == nil {
			say(pipeline.Observation{Predicate: "reverse-name", Object: &name})
		}
	}
	for _, tag := range h.Tags {
		if kind, ok := uses[tag.String()]; ok {
			say(pipeline.Observation{Predicate: "used-as", Value: map[string]any{"kind": kind, "by": "shodan"}})
		}
	}
	h.weaknesses(say)
	if len(h.Data) > servicesLimit {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d services, of which %d are told", len(h.Data), servicesLimit))
	}
	return nil
}

func (s shodanService) over() string {
	if s.Transport.String() == "udp" {
		return "udp"
	}
	return "tcp"
}

// tell says what is known of one service, and of the product at the address.
func (s shodanService) tell(e pipeline.Entity, say func(pipeline.Observation)) {
	say(pipeline.Observation{Predicate: "listens-on", Object: &e})
	module, _, _ := strings.Cut(s.About.Of.Module.String(), "-simple-")
	v := surveyedService(portAt(uint16(s.Port.Int()), s.over()), module, s.Seen)
	put(v, map[string]string{"product": label(s.Product.String()), "version": label(s.Version.String()), "banner": greeting(s.Banner.String())})
	say(pipeline.Observation{Subject: e, Predicate: "service-banner", Value: v})
	told := false
	for _, cpe := range s.CPEs {
		if product, ok := productOf(cpe.String()); ok {
			say(surveyedProduct(product))
			told = true
		}
	}
	if product, ok := productNamed(s.Product.String(), s.Version.String()); ok && !told {
		say(surveyedProduct(product))
	}
	if plugin, size := s.open(); plugin != "" {
		v := exposed(plugin)
		if size.Is && size.Value >= 0 {
			v["size"] = size.Value
		}
		put(v, map[string]string{"at": s.Seen.RFC3339()})
		say(pipeline.Observation{Predicate: "exposes-data", Value: v})
	}
}

// open names what let Shodan's crawler read without a log-in, "" if nothing did.
func (s shodanService) open() (plugin string, size loose.Number) {
	for _, m := range []struct {
		name  string
		there bool
	}{
		{"redis", s.Redis.Has}, {"elasticsearch", s.Elastic.Has}, {"couchdb", s.CouchDB.Has}, {"docker", s.Docker.Has}, {"etcd", s.Etcd.Has},
		{"hive", s.Hive.Has}, {"influxdb", s.InfluxDB.Has}, {"kubernetes", len(s.Kubernetes.Of.Nodes) > 0}, {"smb", bool(s.SMB.Of.Anonymous) && len(s.SMB.Of.Shares) > 0},
	} {
		if m.there {
			return m.name, loose.Number{}
		}
	}
	if m := s.MongoDB; m.Has && m.Of.List.Has && (m.Of.Authentication == nil || !bool(*m.Of.Authentication)) {
		return "mongodb", m.Of.List.Of.Size
	}
	return "", loose.Number{}
}

// weaknesses tells the CVEs of all services, each once: a verified one before
// one that is concluded from a version.
func (h shodanHost) weaknesses(say func(pipeline.Observation)) {
	type weakness struct {
		Verified   loose.Truth
		CVSS, EPSS loose.Number
	}
	found := map[string]weakness{}
	read := func(raw json.RawMessage) {
		var byName map[string]weakness
		var names loose.Texts
		if json.Unmarshal(raw, &byName) == nil {
			for id, w := range byName {
				if old, known := found[id]; !known || bool(w.Verified) && !bool(old.Verified) {
					found[id] = w
				}
			}
		} else if json.Unmarshal(raw, &names) == nil {
			for _, id := range names {
				found[id] = found[id]
			}
		}
	}
	for _, s := range h.Data {
		read(s.Vulns)
	}
	read(h.Vulns)
	for _, id := range slices.Sorted(maps.Keys(found)) {
		cve, err := pipeline.NewEntity(pipeline.KindVulnerability, id)
		if err != nil {
			continue
		}
		w := found[id]
		v := map[string]any{"verified": bool(w.Verified), "basis": map[bool]string{true: "probe", false: "version"}[bool(w.Verified)]}
		if w.CVSS.Is && w.CVSS.Value > 0 && w.CVSS.Value <= 10 {
			v["cvss"] = w.CVSS.Value
		}
		if w.EPSS.Is && w.EPSS.Value >= 0 && w.EPSS.Value <= 1 {
			v["epss"] = w.EPSS.Value
		}
		say(pipeline.Observation{Predicate: "has-vulnerability", Object: &cve, Value: v})
	}
}
