package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"net/netip"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
)

// labFlags put a run into a world of the lab.
type labFlags struct {
	world   string
	latency time.Duration
	given   func() bool // --lab stands on the command line, be it empty
}

func (l *labFlags) flags(fs *pflag.FlagSet) {
	fs.StringVar(&l.world, "lab", "", "`WORLD`: investigate it instead of the internet: "+strings.Join(lab.Names(), ", ")+" or a txtar file")
	l.given = func() bool { return fs.Changed("lab") }
	fs.DurationVar(&l.latency, "lab-latency", 0, "`TIME`: what each answer of the lab takes")
}

// enter starts the world, if one is asked for, and leads the options into it:
// its resolver, its servers, its authorities. The lab serves until
// it is closed.
func (l *labFlags) enter(o *collectors.Options) (*lab.Lab, error) {
	if l.world == "" {
		if l.given() {
			return nil, usage("--lab is empty: name a world, one of %s, or leave it out for the internet", strings.Join(lab.Names(), ", "))
		}
		if l.latency != 0 {
			return nil, usage("--lab-latency needs --lab: write --lab WORLD too")
		}
		return nil, nil
	}
	if len(o.Resolvers) > 0 || len(o.ConnectTo) > 0 || len(o.Endpoints) > 0 || o.Proxy != nil || len(o.TrustAnchors) > 0 {
		return nil, usage("--lab brings its own internet: leave out --resolver, --connect-to, --endpoint, --trust-anchor and --proxy")
	}
	world, err := lab.Open(l.world)
	if err != nil {
		return nil, usage("--lab: %w", err)
	}
	served, err := world.Serve(context.Background(), lab.Options{Latency: l.latency})
	if err != nil {
		return nil, err
	}
	o.Resolvers = []netip.AddrPort{served.Resolver()}
	for _, s := range served.ConnectTo() {
		x, err := collectors.ParseConnectTo(s)
		if err != nil {
			return nil, err
		}
		o.ConnectTo = append(o.ConnectTo, x)
	}
	if o.TrustAnchors, err = dnssec.ParseAnchors("lab", served.TrustAnchor()); err != nil {
		return nil, err
	}
	if o.Roots == nil {
		o.Roots = x509.NewCertPool()
	}
	o.Roots.AppendCertsFromPEM(served.CA())
	return served, nil
}

func newLab(c *console) *cobra.Command {
	var asJSON bool
	var latency time.Duration
	serve := &cobra.Command{
		Use: "serve WORLD", Short: "Serve a world on loopback until Ctrl-C", Args: exactly("a world: " + strings.Join(lab.Names(), ", ") + " or a txtar file"),
		Example: "  osint lab serve brindleford\n  osint lab serve brindleford --lab-latency 100ms --json",
		Long:    "Prints the flags that lead osint investigate into the world, then serves it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			world, err := lab.Open(args[0])
			if err != nil {
				return usage("%w", err)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			served, err := world.Serve(ctx, lab.Options{Latency: latency})
			if err != nil {
				return err
			}
			defer served.Close()
			flags, remove, err := flagsInto(served)
			if err != nil {
				return err
			}
			defer remove()
			if asJSON {
				fmt.Fprintf(c.out, "%s\n", compact(map[string]any{"world": args[0], "title": world.Title(), "seeds": world.Seeds(), "flags": flags}))
			} else {
				fmt.Fprintf(c.out, "%s\n\nosint investigate %s \\\n  %s\n", world.Title(), strings.Join(world.Seeds(), " "), strings.Join(quoted(flags), " \\\n  "))
			}
			if err := c.flush(); err != nil {
				return err
			}
			c.say("serving until Ctrl-C")
			<-ctx.Done()
			return nil
		},
	}
	jsonFlag(serve, &asJSON)
	serve.Flags().DurationVar(&latency, "lab-latency", 0, "`TIME`: what each answer takes")
	list := &cobra.Command{
		Use: "list", Short: "List the worlds that are built in", Args: exactly(), Example: "  osint lab list",
		RunE: func(*cobra.Command, []string) error { return c.worlds(asJSON) },
	}
	jsonFlag(list, &asJSON)
	return shelf("lab", "", "A small internet on loopback, for demos and tests", "  osint lab serve brindleford", serve, list)
}

// flagsInto returns the flags that lead into a served world. What the lab's
// certificates and zones are judged by is written to files that remove takes
// away.
func flagsInto(l *lab.Lab) (flags []string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "osint-lab-")
	if err != nil {
		return nil, nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	ca, root := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "root.ds")
	if err := errors.Join(os.WriteFile(ca, l.CA(), 0o600), os.WriteFile(root, []byte(l.TrustAnchor()), 0o600)); err != nil {
		remove()
		return nil, nil, err
	}
	flags = []string{"--resolver=" + l.Resolver().String(), "--ca-file=" + ca, "--trust-anchor=" + root}
	for _, s := range l.ConnectTo() {
		flags = append(flags, "--connect-to="+s)
	}
	return flags, remove, nil
}

// quoted writes words as a shell reads them.
func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if strings.ContainsAny(w, " []*?$'\"\\") {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return out
}

func (c *console) worlds(asJSON bool) error {
	type row struct {
		Name  string   `json:"name"`
		Title string   `json:"title"`
		Seeds []string `json:"seeds"`
	}
	var rows []row
	t := table{header: []string{"world", "what it is", "targets"}}
	for _, n := range lab.Names() {
		w, err := lab.Open(n)
		if err != nil {
			return err
		}
		rows = append(rows, row{n, w.Title(), w.Seeds()})
		t.add(n, w.Title(), strings.Join(w.Seeds(), " "))
	}
	if asJSON {
		return c.json(map[string]any{"worlds": rows})
	}
	return c.table(t)
}
