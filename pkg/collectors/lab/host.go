package lab

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// host is how one host behaves, whatever it is asked: the source's own
// moods, its TLS, and what becomes of DNS questions for it.
type host struct {
	manner manner
	first  burst
	loss   share
	limit  limit
	tls    tlsSettings
	dns    dnsSettings
	smtp   smtp
	pins   []pin
	file   file
}

// burst is a fault of the first n requests.
type burst struct {
	n      int
	status int // 0: see the manner
	manner manner
}

// share is n of every m requests: the first of them, so that a run repeats.
type share struct{ n, of int }

// limit lets n requests through, then answers 429 for a while.
type limit struct {
	n     int
	every time.Duration
	body  string
}

// dnsSettings are for the questions about a name and those below it.
type dnsSettings struct {
	latency  time.Duration
	loss     share
	silent   bool
	truncate bool // never whole over UDP
	rcode    int
}

func (w *World) hostFile(f file, name string) error {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" || w.hosts[name] != nil {
		return fmt.Errorf("host %q has no name or is there already", name)
	}
	h := &host{manner: plain, file: f}
	n := 0
	for line := range strings.Lines(f.data) {
		n++
		word, arg := directive(line)
		if word == "" {
			continue
		}
		if err := h.set(word, arg); err != nil {
			return &lineError{n, err.Error()}
		}
	}
	w.hosts[name] = h
	wild := strings.HasPrefix(name, "*.")
	if wild && (h.smtp != "" || len(h.pins) > 0) {
		return fmt.Errorf("%s: smtp and tlsa are of one host", name)
	}
	if (h.tls.given || h.smtp != "") && !wild {
		w.placed[name] = f
	}
	return nil
}

// directive splits a line into its first word and the rest; a comment or an
// empty line has none.
func directive(line string) (word, arg string) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") {
		return "", ""
	}
	word, arg, _ = strings.Cut(line, " ")
	return word, strings.TrimSpace(arg)
}

func (h *host) set(word, arg string) (err error) {
	if known, err := h.manner.set(word, arg); known {
		return err
	}
	switch word {
	case "first":
		return h.first.parse(arg)
	case "loss":
		return h.loss.parse(arg)
	case "limit":
		return h.limit.parse(arg)
	case "tls", "ciphers", "certificate":
		return h.tls.set(word, arg)
	case "dns":
		return h.dns.set(directive(arg))
	case "smtp":
		return h.smtp.set(arg)
	case "tlsa":
		h.pins = append(h.pins, pin{})
		return h.pins[len(h.pins)-1].parse(arg)
	}
	return fmt.Errorf("unknown directive %q: a host has latency, drip, endless, gzip-bomb, cut, close, silent, first, loss, limit, tls, ciphers, certificate, dns, smtp, tlsa", word)
}

func (b *burst) parse(arg string) error {
	count, fault := directive(arg)
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return fmt.Errorf("first wants a number and a fault, as in %q, not %q", "first 1 status 502", arg)
	}
	b.n, b.manner = n, plain
	word, value := directive(fault)
	if word == "status" {
		b.status, err = status(value)
		return err
	}
	if known, err := b.manner.set(word, value); known {
		return err
	}
	return fmt.Errorf("unknown fault %q: want status, close, silent, drip, latency, cut, endless or gzip-bomb", word)
}

func (s *share) parse(arg string) error {
	if _, err := fmt.Sscanf(arg, "%d/%d", &s.n, &s.of); err != nil || s.n < 1 || s.of < s.n {
		return fmt.Errorf("loss wants a share such as 1/3, not %q", arg)
	}
	return nil
}

func (l *limit) parse(arg string) error {
	count, rest := directive(arg)
	n, err := strconv.Atoi(count)
	every, rest := directive(rest)
	span, body := directive(rest)
	if err != nil || n < 1 || every != "every" {
		return fmt.Errorf("limit wants %q, and the text of the refusal if it matters, not %q", "limit 10 every 60s", arg)
	}
	l.n, l.body = n, body
	l.every, err = duration(span)
	return err
}

func (d *dnsSettings) set(word, arg string) (err error) {
	switch word {
	case "latency":
		d.latency, err = duration(arg)
	case "loss":
		err = d.loss.parse(arg)
	case "silent":
		d.silent = true
	case "truncate":
		d.truncate = true
	case "rcode":
		d.rcode, err = rcode(arg)
	default:
		err = fmt.Errorf("unknown directive %q: dns has latency, loss, silent, truncate, rcode", word)
	}
	return err
}

func status(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 200 || n > 599 {
		return 0, fmt.Errorf("want a status from 200 to 599, not %q", s)
	}
	return n, nil
}

// counts is how often each host was asked, by one lab.
type counts struct {
	mu    sync.Mutex
	asked map[string]int
	spent map[string]int
	since map[string]time.Time
}

func newCounts() *counts {
	return &counts{asked: map[string]int{}, spent: map[string]int{}, since: map[string]time.Time{}}
}

// lost counts a request and tells whether it is one of the lost share.
func (c *counts) lost(key string, s share) bool {
	if s.of == 0 {
		return false
	}
	return c.next("lost "+key)%s.of < s.n
}

// next returns how many requests came before this one.
func (c *counts) next(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[key]++
	return c.asked[key] - 1
}

// over counts a request against a limit and returns how long to stay away, 0
// if it may pass.
func (c *counts) over(key string, l limit, now time.Time) time.Duration {
	if l.n == 0 {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if since, ok := c.since[key]; !ok || now.Sub(since) >= l.every {
		c.since[key], c.spent[key] = now, 0
	}
	if c.spent[key]++; c.spent[key] <= l.n {
		return 0
	}
	return l.every - now.Sub(c.since[key])
}

// mood is what becomes of one request to a host.
type mood struct {
	manner manner
	status int           // instead of the answer; 0: none
	retry  time.Duration // with status 429
	body   string
}

// mood counts a request to a host and says how it takes it.
func (c *counts) mood(name string, h *host, now time.Time) mood {
	m := mood{manner: h.manner}
	if retry := c.over(name, h.limit, now); retry > 0 {
		m.status, m.retry, m.body = 429, retry, h.limit.body
		return m
	}
	if h.first.n > 0 && c.next("first "+name) < h.first.n {
		m.manner = h.first.manner.over(m.manner)
		m.status = h.first.status
	}
	if c.lost(name, h.loss) {
		m.manner.close = true
	}
	return m
}
