package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"osint/cmd/osint/tui"
	"osint/pkg/collectors"
	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// fewDescriptors is what 64 questions at once, each with a connection or two,
// and the evidence they bring should have.
const fewDescriptors = 512

func diagnoseDescriptors() diagnosis {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return diagnosis{"open files", warn, fmt.Sprintf("the limit can't be told: %v", err), "ulimit -n"}
	}
	d := diagnosis{"open files", well, fmt.Sprintf("%d at once", l.Cur), ""}
	if l.Cur < fewDescriptors {
		d.State, d.Next = warn, "ulimit -n 4096, or choose fewer --workers"
	}
	return d
}

// diagnoseClock holds the clock against the day this binary was made: a wrong
// one makes certificates and signatures look expired, or not yet valid.
func diagnoseClock() diagnosis {
	now := time.Now().UTC()
	made, err := time.Parse(time.RFC3339, thisBuild().Date)
	if err != nil {
		made = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	d := diagnosis{"clock", well, now.Format(time.RFC3339), ""}
	switch {
	case now.Before(made.Add(-24 * time.Hour)):
		d.State, d.Detail, d.Next = fail, d.Detail+" is before this osint was made, "+made.UTC().Format(time.DateOnly), "set the clock: timedatectl set-ntp true"
	case now.After(made.AddDate(20, 0, 0)):
		d.State, d.Detail, d.Next = warn, d.Detail+" is 20 years after this osint was made", "set the clock, or get a newer osint"
	}
	return d
}

func (c *console) diagnoseTerminal() diagnosis {
	switch term := c.getenv("TERM"); {
	case !tui.IsTerminal(c.stderr):
		return diagnosis{"terminal", well, "none: progress is told in lines", ""}
	case term == "" || term == "dumb":
		return diagnosis{"terminal", warn, fmt.Sprintf("TERM is %q: no screen, no colour", term), "export TERM=xterm-256color"}
	case c.width(c.stderr) < 60:
		return diagnosis{"terminal", warn, fmt.Sprintf("%d columns: lines are cut", c.width(c.stderr)), "make it 80 columns wide"}
	default:
		return diagnosis{"terminal", well, fmt.Sprintf("%s, %d columns", term, c.width(c.stderr)), ""}
	}
}

func (c *console) diagnoseLocale() diagnosis {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		v := c.getenv(name)
		if v == "" {
			continue
		}
		if low := strings.ToLower(v); strings.Contains(low, "utf-8") || strings.Contains(low, "utf8") {
			return diagnosis{"locale", well, name + " is " + v, ""}
		}
		return diagnosis{"locale", warn, name + " is " + v + ": what is not ASCII may be shown wrongly", "export LC_ALL=C.UTF-8"}
	}
	return diagnosis{"locale", warn, "none is set: what is not ASCII may be shown wrongly", "export LC_ALL=C.UTF-8"}
}

func (c *console) diagnoseConfig(root *cobra.Command) diagnosis {
	files, err := c.sheets(root)
	if err != nil {
		return diagnosis{"configuration", fail, strings.ReplaceAll(err.Error(), "\n", "; "), "osint config check"}
	}
	var there []string
	for _, s := range files {
		if s.there {
			there = append(there, fmt.Sprintf("%s (%s)", s.path, count(len(s.settings), "setting")))
		}
	}
	if len(there) == 0 {
		return diagnosis{"configuration", well, "no file: the defaults hold", ""}
	}
	return diagnosis{"configuration", well, strings.Join(there, ", "), ""}
}

// diagnoseProfile reads the profile that would hold were none typed.
func (c *console) diagnoseProfile(root *cobra.Command) diagnosis {
	k, err := c.look(root, "investigate.profile")
	if err != nil {
		return diagnosis{"profile", warn, "the configuration can't be read, so which it is can't be told", "osint config check"}
	}
	name := k.Values[0]
	p, err := profiles.Load(name)
	if err != nil {
		return diagnosis{"profile", fail, fmt.Sprintf("%s (from %s): %v", name, k.Origin, err), "osint config explain investigate.profile"}
	}
	return diagnosis{"profile", well, fmt.Sprintf("%s, version %s (from %s)", p.ID, p.Version, k.Origin), ""}
}

func diagnoseRoots() diagnosis {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		return diagnosis{"certificates", fail, "no certificate authority is known: no source can be asked over TLS",
			"apt-get install ca-certificates, or osint config set ca-file /path/of/bundle.pem"}
	}
	return diagnosis{"certificates", well, "the system's authorities are there", ""}
}

// diagnoseLab serves a small world on loopback and has one question answered.
func diagnoseLab(ctx context.Context) diagnosis {
	var o collectors.Options
	l := labFlags{world: "silent", given: func() bool { return true }}
	began := time.Now()
	served, err := l.enter(&o)
	if err == nil {
		defer served.Close()
		var r *collectors.Reply
		if r, err = askOnce(ctx, o, "hollowmere.example", typeSOA); err == nil && len(r.Records()) == 0 {
			err = errors.New("the answer holds nothing")
		}
	}
	if err != nil {
		return diagnosis{"lab", fail, fmt.Sprintf("a question on loopback had no answer: %v", err), "ip address show lo; 127.0.0.1 must be up, and no filter in between"}
	}
	return diagnosis{"lab", well, fmt.Sprintf("serves and answers on loopback, in %d ms", time.Since(began).Milliseconds()), ""}
}

// diagnoseResolver says which resolvers would be asked, and with online asks
// one of them for the name servers of arpa, which is about nobody.
func (c *console) diagnoseResolver(ctx context.Context, root *cobra.Command, online bool) diagnosis {
	var r reach
	if k, err := c.look(root, "investigate.resolver"); err == nil {
		r.resolvers = k.Values
	}
	o, err := r.options()
	if err == nil && len(o.Resolvers) == 0 {
		o.Resolvers, err = resolver.System()
	}
	if err != nil {
		return diagnosis{"resolver", warn, err.Error(), "osint investigate SEED --resolver ADDR:PORT"}
	}
	var names []string
	for _, a := range o.Resolvers {
		names = append(names, a.String())
	}
	d := diagnosis{"resolver", well, strings.Join(names, ", ") + " (not asked: --online asks)", ""}
	if !online {
		return d
	}
	d.Detail = strings.Join(names, ", ") + " answers"
	if _, err := askOnce(ctx, o, "arpa", typeNS); err != nil {
		d.State, d.Detail, d.Next = fail, fmt.Sprintf("%s: %v", strings.Join(names, ", "), err), "osint doctor --online again, or name another: export OSINT_RESOLVER=ADDR:PORT"
	}
	return d
}

// DNS types, RFC 1035 section 3.2.2.
const (
	typeNS  = 2
	typeSOA = 6
)

// askOnce puts one question to the resolvers of the options, and returns what
// they reply.
func askOnce(ctx context.Context, o collectors.Options, name string, kind uint16) (r *collectors.Reply, err error) {
	net, err := collectors.New(o)
	if err != nil {
		return nil, err
	}
	defer net.Close()
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	e := collectors.Entry{
		Spec: pipeline.Spec{Name: "doctor", Mode: pipeline.Relayed, Source: pipeline.Source{Name: "dns", Family: "dns"}},
		Collect: func(ctx context.Context, v *collectors.View, _ pipeline.Entity, _ collectors.Emit) error {
			replies, err := v.Lookup(ctx, collectors.Question{Name: name, Type: kind})
			if err == nil {
				if r = replies[0]; r.Failed() {
					err = fmt.Errorf("the answer is an error, code %d", r.Rcode)
				}
			}
			return err
		},
	}
	subject := pipeline.Entity{Kind: pipeline.KindDomain, Value: name}
	err = collectors.Bind(net, e).Collect(ctx, pipeline.Task{Key: pipeline.TaskKey{Collector: "doctor", Subject: subject}, Attempt: 1, Subject: subject,
		Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Keep: pipeline.KeepNone}}, forgetful{})
	return r, err
}

// forgetful is the Out of a question that belongs to no case.
type forgetful struct{}

func (forgetful) Exchanged(x pipeline.Exchange, _ []byte) (pipeline.Exchange, error) { return x, nil }
func (forgetful) Observed(pipeline.Observation)                                      {}
