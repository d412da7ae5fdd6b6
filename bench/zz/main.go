package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"sort"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/lab"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/risk"
	"osint/profiles"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	ctx := context.Background()
	w := must(lab.Open(os.Args[1]))
	lat, _ := time.ParseDuration(os.Args[3])
	l := must(w.Serve(ctx, lab.Options{Latency: lat}))
	defer l.Close()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(l.CA())
	var ct []collectors.ConnectTo
	for _, s := range l.ConnectTo() {
		ct = append(ct, must(collectors.ParseConnectTo(s)))
	}
	n := must(collectors.New(collectors.Options{Resolvers: []netip.AddrPort{l.Resolver()}, ConnectTo: ct, Roots: roots}))
	defer n.Close()
	p := must(profiles.Load("default"))
	m := must(risk.Load(profiles.Rules()))
	os.RemoveAll(os.Args[2])
	f := must(pipeline.Create(os.Args[2], os.Args[2]+".keys"))
	defer f.Close()
	var cols []pipeline.Collector
	for _, e := range all.Entries() {
		cols = append(cols, collectors.Bind(n, e))
	}
	job := compliance.Job{Active: true}
	r := &pipeline.Run{Opened: pipeline.Opened{TLP: "TLP:AMBER", Limits: pipeline.Limits{Depth: 2}, Profile: pipeline.ProfileRef{Name: p.ID}}, Collectors: cols,
		Gate: compliance.New(p.Policy, job), Assessor: m.Assessor(risk.Options{}), Pacer: n, Vault: f.Vault(),
		Scope: pipeline.Scope{Admit: p.Admit}}
	for _, s := range w.Seeds() {
		r.Scope.Seeds = append(r.Scope.Seeds, must(pipeline.ParseEntity(s)))
	}
	t0 := time.Now()
	c := must(r.Do(ctx, f.Sinks()...))
	fmt.Println("ran", time.Since(t0), c.Closed)
	counts := map[string]int{}
	for _, t := range c.Tasks {
		counts[t.Key.Collector+" "+string(t.Finished.Outcome)]++
		if !t.Finished.Outcome.Answered() && t.Finished.Outcome != "skipped" || t.Finished.Outcome == "partial" {
			fmt.Println("  ", t.Key, t.Finished.Outcome, t.Finished.Reason)
		}
	}
	var ks []string
	for k := range counts {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	for _, k := range ks {
		fmt.Println(k, counts[k])
	}
	for _, x := range c.Findings {
		fmt.Println(x.ID, x.Severity, x.Rule, x.Title, "|", x.Detail, x.Confidence)
	}
	a := c.Assessment
	fmt.Println(a.Score, a.Level, a.Coverage, a.Bounds, a.Confidence, a.Insufficient, a.Fixes, a.LevelAfter)
	for _, k := range a.Checks {
		if k.State == "unknown" {
			fmt.Println("unknown", k.Rule, k.Reason)
		}
	}
	ch := c.Chain()
	for _, x := range ch {
		fmt.Println(x.Total, x.Exchange.Task.Collector, x.Exchange.Locator)
	}
	fmt.Println(c.RoundTrips())
	d := report.Build(c, report.Options{Reveal: f.Vault().Reveal})
	for _, ff := range report.Formats() {
		o := must(os.Create(os.Args[2] + "." + ff.Extension))
		if err := ff.Render(o, d); err != nil {
			fmt.Println(ff.Name, err)
		}
		o.Close()
	}
}
