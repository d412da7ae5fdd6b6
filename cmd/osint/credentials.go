package main

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/report"
)

// credentials returns where collectors' credentials come from. What is wrong with a
// place is said here, once: it names files of this machine, and stands in no case.
func (c *console) credentials() collectors.Keys {
	return func(ctx context.Context, name string) (texts []string, err error) {
		f, err := c.chain().Lookup(ctx, name)
		if err != nil && ctx.Err() == nil {
			if _, said := c.unreadSaid.LoadOrStore(err.Error(), true); !said {
				c.say("osint: %s can't be had: %s", name, report.Safe(err.Error()))
			}
		}
		for _, v := range f.Values {
			texts = append(texts, v.Reveal())
		}
		return texts, err
	}
}

// endow gives the way out its credentials, and the bases of sources that are the
// operator's own. One whose base can't be read or used is asked nowhere: what is
// meant for the operator's server is for no other.
func (c *console) endow(ctx context.Context, o *collectors.Options) {
	o.Keys = c.credentials()
	for _, e := range c.entries() {
		s := e.Spec.Source
		if s.BaseFrom == "" || o.Bases[s.Name] != "" || o.Barred[s.Name] != "" { // another collector of it said so
			continue
		}
		values, err := o.Keys(ctx, s.BaseFrom)
		switch {
		case err != nil:
			o.Barred = with(o.Barred, s.Name, s.BaseFrom+" can't be had, and so nobody knows where to ask: osint keys check "+s.BaseFrom)
		case len(values) > 0:
			base, err := ownBase(s.BaseFrom, values[0])
			if err != nil {
				c.say("osint: %v", err)
				o.Barred = with(o.Barred, s.Name, s.BaseFrom+" is no address: write https://HOST")
				continue
			}
			o.Bases = with(o.Bases, s.Name, base)
		}
	}
}

// with returns m, made if need be, with one more entry.
func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

// ownBase reads the address of a source that is the operator's own. It is on
// record, and so has no password in it.
func ownBase(name, text string) (string, error) {
	if !strings.Contains(text, "://") { // INTELX_HOST is a host, by its name
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", usage("%s is no address, and nobody is asked there: write https://HOST, with no name and no password in it", name)
	}
	return text, nil
}

// lacking names the credentials that some collector needs and that are not
// there, sorted.
func (c *console) lacking(ctx context.Context) (names []string) {
	keys := c.credentials()
	for _, e := range c.entries() {
		for _, name := range e.Spec.Keys {
			if slices.Contains(names, name) {
				continue
			}
			if values, err := keys(ctx, name); err == nil && len(values) == 0 {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
