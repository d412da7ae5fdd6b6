package profiles_test

import (
	"context"
	"crypto/x509"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/risk"
	"osint/profiles"
)

var model = sync.OnceValues(func() (*risk.Model, error) { return risk.Load(profiles.Rules()) })

// investigate runs the pipeline on a seed in a world, as osint investigate
// --active does under the default profile; with only, by these collectors, every
// credential being there and the work not commercial, so that none is barred.
func investigate(t *testing.T, world []byte, seed string, only ...string) *pipeline.Case {
	t.Helper()
	rules, err := model()
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	e, err := pipeline.ParseEntity(seed)
	if err != nil {
		t.Fatal(err)
	}
	p.Policy.Commercial = p.Policy.Commercial && len(only) == 0
	folder, err := pipeline.Create(t.TempDir(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	job := compliance.Job{Active: true, Collectors: only, Types: pipeline.Domains()}
	for _, e := range all.Entries() {
		job.Lacking = append(job.Lacking, e.Spec.Keys...)
	}
	if len(only) > 0 {
		job.Lacking, job.BudgetUSD, p.Policy.Commercial, p.Limits.CostUSD = nil, 1, false, 1
	}
	net := reach(t, world)
	gate := compliance.New(p.Policy, job)
	run := &pipeline.Run{Gate: gate, Pacer: net, Vault: folder.Vault(), Scope: pipeline.Scope{Seeds: []pipeline.Entity{e}, Admit: p.Admit},
		Assessor: rules.Assessor(risk.Options{Weights: p.Risk.Weights, MinimumCoverage: p.Risk.MinimumCoverage}),
		Opened:   pipeline.Opened{Types: pipeline.Domains(), Limits: p.Limits, TLP: string(gate.Label())}}
	for _, e := range all.Entries() {
		run.Collectors = append(run.Collectors, collectors.Bind(net, e))
	}
	c, err := run.Do(t.Context(), folder.Sinks()...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reach serves a world and returns the way into it, and nowhere else.
func reach(t *testing.T, text []byte) *collectors.Net {
	t.Helper()
	w, err := lab.Parse("exemplar.txtar", text)
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Serve(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := collectors.Options{Resolvers: []netip.AddrPort{l.Resolver()}, Roots: x509.NewCertPool()}
	o.Keys = func(context.Context, string) ([]string, error) { return []string{"a-key-of-the-lab"}, nil }
	o.Roots.AppendCertsFromPEM(l.CA())
	if o.TrustAnchors, err = dnssec.ParseAnchors("lab", l.TrustAnchor()); err != nil {
		t.Fatal(err)
	}
	for _, s := range l.ConnectTo() {
		to, err := collectors.ParseConnectTo(s)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, to)
	}
	net, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		net.Close()
		l.Close()
	})
	return net
}

// found returns whether a rule made a finding about a subject.
func found(c *pipeline.Case, rule, subject string) bool {
	return slices.ContainsFunc(c.Findings, func(f *pipeline.Finding) bool { return f.Rule == rule && f.Subject.Value == subject })
}
