package threat

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A roll is a list that was had, and says of the subject whether it stands on
// it. What it says rests on one answer.
type roll struct {
	name string // the list's own: "Spamhaus DROP"
	what string // it lists for: "hijacked"
	a    *collectors.Answer
	emit collectors.Emit
}

// lists tells that the subject stands on it, and what else it says. What is ""
// is left out.
func (r roll) lists(more map[string]any) { r.listsOf(pipeline.Entity{}, more) }

// listsOf tells it of another entity than the one asked about.
func (r roll) listsOf(e pipeline.Entity, more map[string]any) {
	value := map[string]any{"list": r.name, "for": r.what}
	maps.Copy(value, more)
	maps.DeleteFunc(value, func(_ string, v any) bool { return v == "" })
	r.emit(pipeline.Observation{Subject: e, Predicate: "listed-by", Value: value, Exchanges: r.a.Exchanges()})
}

// omits tells that the subject does not stand on it.
func (r roll) omits() {
	r.emit(pipeline.Observation{Predicate: "listed-by", Denies: true, Value: map[string]any{"list": r.name, "for": r.what}, Exchanges: r.a.Exchanges()})
}

// datedBy says of what is told that it was true at a time; that it is so now, if the
// time is not known.
func datedBy(at time.Time, emit collectors.Emit) collectors.Emit {
	return func(o pipeline.Observation) {
		o.At = at
		emit(o)
	}
}

// callRoll downloads a list that is the same for everybody. What is no list is
// a failure: another status, a page, nothing, or more than is read, for the
// rest of a list that was cut may name anybody.
func callRoll(ctx context.Context, net *collectors.View, r collectors.Request) (*collectors.Answer, error) {
	r.Public, r.NoFollow = true, true
	a, err := net.HTTP(ctx, r)
	if err != nil {
		return nil, err
	}
	body := bytes.TrimSpace(a.Body)
	switch {
	case a.Status != 200:
		return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the list is not where it was (HTTP status %d)", a.Status))
	case a.Truncated:
		return nil, pipeline.Fail(pipeline.Malformed, "the list is longer than is read")
	case len(body) == 0:
		return nil, pipeline.Fail(pipeline.Malformed, "nothing came where a list is due")
	case body[0] == '<' || strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"):
		return nil, pipeline.Fail(pipeline.Malformed, "a page came where a list is due")
	}
	return a, nil
}

// rollLines returns the lines of a text that are neither blank nor comments,
// which begin with one of these marks.
func rollLines(body []byte, marks string) (lines []string) {
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.ContainsRune(marks, rune(line[0])) {
			lines = append(lines, line)
		}
	}
	return lines
}

// foreign reports whether an address is of a sort that nobody lists, because
// anybody may have it.
func foreign(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified()
}

// prefixOf returns the networks that an address or a netblock is: itself, as a
// prefix.
func prefixOf(e pipeline.Entity) (netip.Prefix, error) {
	if e.Kind == pipeline.KindNetblock {
		return netip.ParsePrefix(e.Value)
	}
	a, err := netip.ParseAddr(e.Value)
	if err != nil {
		return netip.Prefix{}, err
	}
	if foreign(a) {
		return netip.Prefix{}, pipeline.Fail(pipeline.Skipped, "nobody lists an address of this sort")
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// onlyIPv4 returns a Failure for an address or a netblock of IPv6, of which the
// source that is named knows nothing: its silence would not be absence.
func onlyIPv4(e pipeline.Entity, source string) error {
	p, err := prefixOf(e)
	if err != nil || p.Addr().Is4() {
		return err
	}
	return pipeline.Fail(pipeline.Skipped, source+" knows addresses of IPv4 only")
}
