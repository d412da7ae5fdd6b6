package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/pipeline"
)

// tlsMeet meets every host in one of the ways that are measured, and says how
// many it met and why not the others.
func tlsMeet(kind, addrs string) error {
	var at served
	if err := json.Unmarshal([]byte(addrs), &at); err != nil {
		return err
	}
	names := make([]string, tlsHosts)
	for i := range names {
		names[i] = hostName(i)
	}
	meetOne, end, err := meetBy(kind, at)
	if err != nil {
		return err
	}
	if kind == "missing" {
		names = nil
		for i := range 10 {
			for _, sort := range []string{"closes", "refuses", "nobody"} {
				names = append(names, fmt.Sprintf("%s%d.corp.example", sort, i))
			}
		}
	}
	m := meeting{Missing: map[string]int{}}
	began := time.Now()
	var mu sync.Mutex
	each(names, 32, func(name string) {
		reason := meetOne(name)
		mu.Lock()
		defer mu.Unlock()
		if reason == "" {
			m.Met++
		} else {
			m.Missing[reason]++
		}
	})
	m.Seconds = time.Since(began).Seconds()
	if err := end(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

// each does the work for every name, so many at once.
func each(names []string, workers int, do func(string)) {
	queue := make(chan string)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for name := range queue {
				do(name)
			}
		})
	}
	for _, name := range names {
		queue <- name
	}
	close(queue)
	wg.Wait()
}

// meetBy returns what meets one host and says why it was not met, "" if it
// was; and what ends it all.
func meetBy(kind string, at served) (meetOne func(name string) string, end func() error, err error) {
	nothing := func() error { return nil }
	switch kind {
	case "floor":
		return bare(at.TLS, tls.X25519), nothing, nil
	case "hybrid":
		return bare(at.TLS, tls.X25519MLKEM768), nothing, nil
	}
	o := collectors.Options{}
	for i := range 10 {
		o.ConnectTo = append(o.ConnectTo, collectors.ConnectTo{Host: fmt.Sprintf("nobody%d.corp.example", i), Addr: "127.0.0.1:1"})
	}
	o.ConnectTo = append(o.ConnectTo, collectors.ConnectTo{Addr: at.TLS})
	resolver, err := netip.ParseAddrPort(at.DNS)
	if err != nil {
		return nil, nil, err
	}
	o.Resolvers = []netip.AddrPort{resolver}
	n, err := collectors.New(o)
	if err != nil {
		return nil, nil, err
	}
	e := entry(kind)
	return func(name string) string {
		subject, err := pipeline.NewName(name)
		if err != nil {
			return err.Error()
		}
		t := collectors.Try(context.Background(), n, e, subject)
		switch {
		case t.Err != nil:
			return t.Err.Error()
		case !slices.ContainsFunc(t.Observations, func(o pipeline.Observation) bool { return o.Predicate == "presents-certificate" }):
			return "nobody listens"
		}
		return ""
	}, n.Close, nil
}

// entry returns the TLS collector, or for "read" one that only reads the
// certificate.
func entry(kind string) collectors.Entry {
	all := infrastructure.All()
	e := all[slices.IndexFunc(all, func(e collectors.Entry) bool { return e.Spec.Name == "tls" })]
	if kind != "read" {
		return e
	}
	e.Collect = func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
		h, err := net.TLS(ctx, subject.Hostname(), 443, nil)
		if err != nil || h.Err != nil {
			return err
		}
		cert, err := pipeline.NewEntity(pipeline.KindCertificate, fmt.Sprintf("%064x", h.State.PeerCertificates[0].SerialNumber))
		if err == nil {
			emit(pipeline.Observation{Predicate: "presents-certificate", Object: &cert, Exchanges: []pipeline.ExchangeID{h.Exchange}})
		}
		return err
	}
	return e
}

// bare shakes hands by crypto/tls alone.
func bare(addr string, group tls.CurveID) func(string) string {
	return func(name string) string {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return err.Error()
		}
		defer conn.Close()
		c := tls.Client(conn, &tls.Config{ServerName: name, InsecureSkipVerify: true, CurvePreferences: []tls.CurveID{group}})
		if err := c.Handshake(); err != nil {
			return err.Error()
		}
		if len(c.ConnectionState().PeerCertificates) == 0 {
			return "no certificate"
		}
		return ""
	}
}
