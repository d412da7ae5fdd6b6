package registry

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

const (
	apiVersion = "osint.sources/v1"
	kind       = "Sources"
)

// A document is a registry as it is written.
type document struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Version    int               `yaml:"version"` // counts up
	Issued     string            `yaml:"issued"`  // 2006-01-02
	Until      string            `yaml:"until"`   // to be looked at again, at the latest
	Sources    map[string]Change `yaml:"sources"`
}

// A Change is what is said anew of one source; nil is as it was.
type Change struct {
	State      *string  `yaml:"state"` // alive, degraded or dead
	Note       *string  `yaml:"note"`  // why, in one sentence
	Base       *string  `yaml:"base"`
	Country    *string  `yaml:"country"`
	Terms      *string  `yaml:"terms"`
	Commercial *string  `yaml:"commercial"` // yes, no, contract or unstated
	Verified   *string  `yaml:"verified"`   // 2006-01-02
	Interval   *string  `yaml:"interval"`   // 1s
	TTL        *string  `yaml:"ttl"`        // 24h
	Daily      *int     `yaml:"daily"`
	Monthly    *int     `yaml:"monthly"`
	PriceUSD   *float64 `yaml:"price_usd"`
}

// Check implements [rule.Checker].
func (d document) Check() error {
	switch {
	case d.APIVersion != apiVersion:
		return rule.Key("apiVersion", errors.New("this is no registry of sources: write apiVersion: "+apiVersion))
	case d.Kind != kind:
		return rule.Key("kind", errors.New("this is no registry of sources: write kind: "+kind))
	case d.Version < 1:
		return rule.Key("version", errors.New("count from 1, and up with each issue"))
	case !isDate(d.Issued):
		return rule.Key("issued", errors.New("write a date such as 2026-11-26"))
	case !isDate(d.Until) || d.Until < d.Issued:
		return rule.Key("until", errors.New("write the date until which it is good, after issued"))
	case len(d.Sources) == 0:
		return rule.Key("sources", errors.New("it says nothing of any source"))
	}
	return nil
}

// Check implements [rule.Checker].
func (c Change) Check() error {
	return errors.Join(
		word("state", c.State, "alive", "degraded", "dead"),
		word("commercial", c.Commercial, string(pipeline.Yes), string(pipeline.No), string(pipeline.Contract), string(pipeline.UnknownOK)),
		date("verified", c.Verified), span("interval", c.Interval, time.Hour), span("ttl", c.TTL, 90*24*time.Hour),
		address("base", c.Base), country("country", c.Country),
		atLeast("daily", c.Daily), atLeast("monthly", c.Monthly), price(c.PriceUSD))
}

func isDate(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }

func word(key string, s *string, of ...string) error {
	if s == nil {
		return nil
	}
	for _, w := range of {
		if *s == w {
			return nil
		}
	}
	return rule.Key(key, fmt.Errorf("%q: %s", *s, rule.OneOf(*s, of)))
}

func date(key string, s *string) error {
	if s == nil || isDate(*s) {
		return nil
	}
	return rule.Key(key, errors.New("write a date such as 2026-11-26"))
}

func span(key string, s *string, most time.Duration) error {
	if s == nil {
		return nil
	}
	if d, err := time.ParseDuration(*s); err != nil || d < 0 || d > most {
		return rule.Key(key, fmt.Errorf("write a time such as 1s, of %s at most", most))
	}
	return nil
}

func address(key string, s *string) error {
	if s == nil {
		return nil
	}
	if u, err := url.Parse(*s); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return rule.Key(key, errors.New("write a base such as https://api.example.com/v1"))
	}
	return nil
}

func country(key string, s *string) error {
	if s == nil || len(*s) == 2 && *s >= "AA" && *s <= "ZZ" {
		return nil
	}
	return rule.Key(key, errors.New("write the two letters of ISO 3166-1, such as US"))
}

func atLeast(key string, n *int) error {
	if n == nil || *n >= 0 {
		return nil
	}
	return rule.Key(key, errors.New("write a number of requests; 0 is no limit"))
}

func price(f *float64) error {
	if f == nil || *f >= 0 && *f <= 100 {
		return nil
	}
	return rule.Key("price_usd", errors.New("write the price of one request in dollars, 100 at most"))
}
