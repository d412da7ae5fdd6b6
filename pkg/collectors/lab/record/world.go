package record

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// A Fixture is a recorded world and how well it holds.
type Fixture struct {
	Text     []byte // of the world, to be read by [lab.Parse]
	Subject  pipeline.Entity
	Redacted int              // things that have a stand-in
	Was, Is  pipeline.Outcome // of the collector, live and against the fixture
	Lost     []string         // predicates that were told more often live
	Left     []string         // exchanges that no world can answer
}

// Holds reports whether the collector does against the fixture what it did.
func (f *Fixture) Holds() bool { return f.Was == f.Is && len(f.Lost) == 0 }

// World makes a fixture of what a collector was answered about a subject on a
// day, and tries it.
func World(ctx context.Context, e collectors.Entry, subject pipeline.Entity, t *collectors.Trial, day time.Time) (*Fixture, error) {
	w := &writer{files: map[string]string{}, records: map[string]bool{}}
	hosts := w.hosts(t)
	w.r = newRedactor(subject, append(hosts, baseHost(e.Spec.Source.Base)))
	again, err := pipeline.NewEntity(subject.Kind, w.stand(subject))
	if err != nil {
		return nil, fmt.Errorf("there is no stand-in for %s: record it about a domain, a host, an address or an AS number", subject.Kind)
	}
	for _, x := range t.Exchanges {
		if err := w.exchange(x, t.Bytes[x.ID]); err != nil {
			return nil, err
		}
	}
	w.reach(hosts)
	f := &Fixture{Subject: again, Was: t.Outcome(), Redacted: len(w.r.names) + len(w.r.nets) + len(w.r.things)}
	f.Left = w.left
	f.Text = w.text(e.Spec, again, day)
	return f, f.try(ctx, e, t)
}

// try serves the fixture and puts the collector to it.
func (f *Fixture) try(ctx context.Context, e collectors.Entry, live *collectors.Trial) error {
	world, err := lab.Parse("fixture", f.Text)
	if err != nil {
		return fmt.Errorf("the fixture is no world: %w", err)
	}
	served, err := world.Serve(ctx, lab.Options{})
	if err != nil {
		return err
	}
	defer served.Close()
	o := collectors.Options{Resolvers: []netip.AddrPort{served.Resolver()}, Roots: x509.NewCertPool()}
	o.Roots.AppendCertsFromPEM(served.CA())
	if o.TrustAnchors, err = dnssec.ParseAnchors("lab", served.TrustAnchor()); err != nil {
		return err
	}
	for _, s := range served.ConnectTo() {
		c, err := collectors.ParseConnectTo(s)
		if err != nil {
			return err
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	net, err := collectors.New(o)
	if err != nil {
		return err
	}
	defer net.Close()
	again := collectors.Try(ctx, net, e, f.Subject)
	f.Is = again.Outcome()
	was, is := live.Predicates(), again.Predicates()
	for _, p := range slices.Sorted(maps.Keys(was)) {
		if is[p] < was[p] {
			f.Lost = append(f.Lost, fmt.Sprintf("%s %d of %d", p, is[p], was[p]))
		}
	}
	return nil
}

// A writer collects the files of a world.
type writer struct {
	r       *redactor
	files   map[string]string // by name
	order   []string
	records map[string]bool // of DNS, in zone syntax
	left    []string
}

// hosts returns whom a trial asked over HTTP or WHOIS.
func (w *writer) hosts(t *collectors.Trial) (hosts []string) {
	for _, x := range t.Exchanges {
		u, err := url.Parse(x.Locator)
		if err == nil && u.Host != "" && u.Scheme != "tls" && u.Scheme != "dns" && u.Scheme != "tcp" && !slices.Contains(hosts, u.Hostname()) {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}

// baseHost returns the host of a source's base, a URL or host:port.
func baseHost(base string) string {
	if _, rest, ok := strings.Cut(base, "://"); ok {
		base = rest
	}
	host, _, _ := strings.Cut(base, "/")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// stand returns what stands for the subject.
func (w *writer) stand(e pipeline.Entity) string {
	if e.Kind == pipeline.KindASN {
		return "AS64500"
	}
	return w.r.text(e.Value)
}

func (w *writer) add(name, text string) {
	if _, there := w.files[name]; !there {
		w.order = append(w.order, name)
	}
	w.files[name] = text
}

// reach gives every host asked an address.
func (w *writer) reach(hosts []string) {
	for i, h := range hosts {
		if _, err := netip.ParseAddr(h); err != nil {
			w.records[fmt.Sprintf("%s. A 203.0.113.%d", w.r.name(h), 100+i%100)] = true
		}
	}
}

// text puts the world together.
func (w *writer) text(s pipeline.Spec, subject pipeline.Entity, day time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: what %s answered about a %s\n\nseeds: %s:%s\n\nRecorded on %s and redacted.\n", s.Title, s.Source.Name, subject.Kind, subject.Kind, subject.Value, day.Format(time.DateOnly))
	if len(w.records) > 0 {
		b.WriteString("\n-- dns://. --\n" + strings.Join(slices.Sorted(maps.Keys(w.records)), "\n") + "\n")
	}
	for _, name := range w.order {
		fmt.Fprintf(&b, "\n-- %s --\n%s", name, w.files[name])
	}
	return b.Bytes()
}
