package main

import (
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/risk"
	"osint/profiles"
)

// A world is one of the lab, served in this process as --lab serves it, and the
// way into it.
type world struct {
	seed  pipeline.Entity
	lab   *lab.Lab
	net   *collectors.Net
	model *risk.Model
	rules *profiles.Profile
}

func enterWorld(name string, latency time.Duration) (w *world, err error) {
	w = &world{}
	if w.seed, err = pipeline.ParseEntity(name + ".example"); err != nil {
		return nil, err
	}
	if w.rules, err = profiles.Load("default"); err != nil {
		return nil, err
	}
	if w.model, err = risk.Load(profiles.Rules()); err != nil {
		return nil, err
	}
	made, err := lab.Open(name)
	if err != nil {
		return nil, err
	}
	if w.lab, err = made.Serve(context.Background(), lab.Options{Latency: latency}); err != nil {
		return nil, err
	}
	o := collectors.Options{Resolvers: []netip.AddrPort{w.lab.Resolver()}, Roots: x509.NewCertPool()}
	o.Roots.AppendCertsFromPEM(w.lab.CA())
	if o.TrustAnchors, err = dnssec.ParseAnchors("lab", w.lab.TrustAnchor()); err != nil {
		return nil, err
	}
	for _, s := range w.lab.ConnectTo() {
		to, err := collectors.ParseConnectTo(s)
		if err != nil {
			return nil, err
		}
		o.ConnectTo = append(o.ConnectTo, to)
	}
	w.net, err = collectors.New(o)
	return w, err
}

func (w *world) Close() error { return errors.Join(w.net.Close(), w.lab.Close()) }

// run returns the run that osint investigate --active would do.
func (w *world) run(f *pipeline.Folder) *pipeline.Run {
	gate := compliance.New(w.rules.Policy, compliance.Job{Active: true, Types: pipeline.Domains()})
	r := &pipeline.Run{Gate: gate, Pacer: w.net, Vault: f.Vault(), Scope: pipeline.Scope{Seeds: []pipeline.Entity{w.seed}, Admit: w.rules.Admit},
		Assessor: w.model.Assessor(risk.Options{Weights: w.rules.Risk.Weights, MinimumCoverage: w.rules.Risk.MinimumCoverage}),
		Opened:   pipeline.Opened{Types: pipeline.Domains(), Limits: w.rules.Limits, TLP: string(gate.Label()), Active: true}}
	for _, e := range all.Entries() {
		r.Collectors = append(r.Collectors, collectors.Bind(w.net, e))
	}
	return r
}
