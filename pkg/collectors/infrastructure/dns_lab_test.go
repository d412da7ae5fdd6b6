package infrastructure_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// A ledger is the Out of one task.
type ledger struct {
	mu    sync.Mutex
	task  pipeline.TaskKey
	asked []pipeline.Exchange
	lines []string
}

func (l *ledger) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := sha256.Sum256(body)
	x.Task, x.SHA256 = l.task, hex.EncodeToString(sum[:])
	x.ID = pipeline.NewExchangeID(l.task, x.Question, 0)
	l.asked = append(l.asked, x)
	return x, nil
}

func (l *ledger) Observed(o pipeline.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := o.Subject.Value + " " + string(o.Predicate)
	if o.Denies {
		line = "not " + line
	}
	if o.Object != nil {
		line += " " + o.Object.String()
	}
	if o.Value != nil {
		b, _ := json.Marshal(o.Value)
		line += " " + string(b)
	}
	l.lines = append(l.lines, line)
}

func digest(question string) string {
	sum := sha256.Sum256([]byte(question))
	return hex.EncodeToString(sum[:])
}

// collect runs a collector of the table of contents against a lab, through
// the Net.
func collect(t *testing.T, world, name, subject string) (*ledger, error) {
	t.Helper()
	w, err := lab.Open(world)
	if err != nil {
		t.Fatal(err)
	}
	served, err := w.Serve(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { served.Close() })
	o := collectors.Options{}
	o.Resolvers = append(o.Resolvers, served.Resolver())
	net, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { net.Close() })
	all := infrastructure.All()
	i := slices.IndexFunc(all, func(e collectors.Entry) bool { return e.Spec.Name == name })
	if i < 0 {
		t.Fatalf("no collector %s", name)
	}
	e, err := pipeline.ParseEntity(subject)
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{task: pipeline.TaskKey{Collector: name, Subject: e}}
	return l, collectors.Bind(net, all[i]).Collect(t.Context(), pipeline.Task{Key: l.task, Attempt: 1, Subject: e, Digest: digest}, l)
}

func TestDNSCollectorsInTheLab(t *testing.T) {
	for _, c := range []struct {
		world, collector, subject string
		want                      []string
	}{
		{"brindleford", "dns", "brindleford.example", []string{
			"brindleford.example resolves-to ip:2001:db8:b::10",
			"brindleford.example delegated-to host:ns2.fenwick-hosting.example",
			"brindleford.example zone-contact email:tobias.penhaligon@brindleford.example",
			"brindleford.example dnssec-signed false",
			`brindleford.example verification-token "Atlassian"`,
			"not brindleford.example caa-record",
			`not brindleford.example srv-record {"service":"_xmpp-server._tcp"}`,
			"brindleford.example mail-handled-by host:mx2.fenwick-hosting.example 20"}},
		{"brindleford", "dns", "blog.brindleford.example", []string{
			"blog.brindleford.example resolves-to ip:198.51.100.80",
			"blog.brindleford.example alias-of host:brindleford.fenwick-pages.example"}},
		{"brindleford", "dns", "status.brindleford.example", []string{
			"not status.brindleford.example resolves-to",
			"status.brindleford.example alias-of host:brindleford.statusboard.example"}},
		{"brindleford", "dns-words", "brindleford.example", []string{
			"brindleford.example has-name host:intranet.brindleford.example",
			"intranet.brindleford.example resolves-to ip:192.0.2.40",
			"backup.brindleford.example resolves-to ip:2001:db8:b::42",
			"brindleford.example has-name host:preview.brindleford.example",
			"m.brindleford.example alias-of host:www.brindleford.example",
			"m.brindleford.example resolves-to ip:192.0.2.10",
			"status.brindleford.example alias-of host:brindleford.statusboard.example"}},
		{"brindleford", "mail-policy", "brindleford.example", []string{
			`brindleford.example spf-policy {"all":"?","error":"more than 10 lookups","lookups":14,"ptr":false,"records":1,"redirect":"","unfollowed":0,"void":1}`,
			`brindleford.example dmarc-policy {"adkim":"r","aspf":"r","error":"","from":"brindleford.example","np":"none","p":"none","psd":"u","refused":["reports.dmarcwatch.example"],"rua":2,"sp":"none","t":false}`,
			`brindleford.example dkim-key {"bits":1024,"hash":"","revoked":false,"selector":"mail","testing":true,"type":"rsa"}`,
			`brindleford.example dkim-key {"bits":2048,"hash":"","revoked":false,"selector":"selector1","testing":false,"type":"rsa"}`,
			`brindleford.example dkim-key {"bits":0,"hash":"","revoked":true,"selector":"s1","testing":false,"type":"rsa"}`,
			"not brindleford.example tls-rpt-record",
			"not brindleford.example mta-sts-record"}},
		{"brindleford", "reverse-dns", "192.0.2.10", []string{"192.0.2.10 reverse-name host:www.brindleford.example"}},
		{"brindleford", "asn-cymru", "192.0.2.10", []string{
			"192.0.2.10 announced-by asn:AS64500",
			`192.0.2.10 part-of netblock:192.0.2.0/24 "route"`,
			`AS64500 network-name "BRINDLEFORD-AS - Brindleford Instruments Ltd, GB"`}},
		{"brindleford", "asn-cymru", "AS64500", []string{`AS64500 registered-in "GB"`}},
		{"silent", "dns", "nothing-here.example", []string{
			"not nothing-here.example resolves-to", "not nothing-here.example caa-record", "not nothing-here.example mail-handled-by"}},
		{"silent", "mail-policy", "nothing-here.example", []string{
			"not nothing-here.example spf-record", "not nothing-here.example dmarc-record", "not nothing-here.example dkim-key"}},
	} {
		t.Run(strings.Join([]string{c.world, c.collector, c.subject}, " "), func(t *testing.T) {
			l, err := collect(t, c.world, c.collector, c.subject)
			if err != nil {
				t.Error(err)
			}
			for _, w := range c.want {
				if !slices.Contains(l.lines, w) {
					t.Errorf("missing: %s", w)
				}
			}
			if t.Failed() {
				t.Logf("said on %d exchanges:\n%s", len(l.asked), strings.Join(l.lines, "\n"))
			}
		})
	}
}
