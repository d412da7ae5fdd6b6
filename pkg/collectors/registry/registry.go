package registry

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"osint/pkg/collectors"
	"osint/pkg/pipeline/rule"
)

// A Registry is a document whose signature was good.
type Registry struct {
	Version int
	Issued  string
	Until   string
	Signer  string // name of the key
	Sources map[string]Change
}

// ErrSignature is the error of a document that the key did not sign.
var ErrSignature = errors.New("not signed by the key that is trusted")

// Read reads a signed registry. vkey is the key that must have signed it:
// NAME+HASH+BASE64. The error is [ErrSignature], [rule.Problems] with file and
// line, or says what is wrong with the key.
func Read(file string, signed []byte, vkey string) (*Registry, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return nil, fmt.Errorf("the key is none: want NAME+HASH+BASE64, as osint collectors keygen prints it: %w", err)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%s)", file, ErrSignature, verifier.Name())
	}
	return parse(file, []byte(n.Text), verifier.Name())
}

func parse(file string, text []byte, signer string) (*Registry, error) {
	var d document
	if err := rule.Decode(file, text, &d); err != nil {
		return nil, err
	}
	return &Registry{d.Version, d.Issued, d.Until, signer, d.Sources}, nil
}

// Sign signs a document with a private key, and returns what [Read] reads. What
// can't be read, or does not fit the collectors, is not signed.
func Sign(file string, text []byte, skey string, entries []collectors.Entry) ([]byte, error) {
	signer, err := note.NewSigner(strings.TrimSpace(skey))
	if err != nil {
		return nil, errors.New("the key is none: want PRIVATE+KEY+NAME+HASH+BASE64, as osint collectors keygen writes it")
	}
	if !strings.HasSuffix(string(text), "\n") {
		text = append(slices.Clone(text), '\n')
	}
	r, err := parse(file, text, signer.Name())
	if err != nil {
		return nil, err
	}
	if err := r.Fits(entries); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return note.Sign(&note.Note{Text: string(text)}, signer)
}

// Strange returns the sources that a document names and none of the collectors
// asks, sorted; none if it can't be read.
func Strange(text []byte, entries []collectors.Entry) (names []string) {
	r, err := parse("", text, "")
	if err != nil {
		return nil
	}
	for _, name := range r.Names() {
		if !slices.ContainsFunc(entries, func(e collectors.Entry) bool { return e.Spec.Source.Name == name }) {
			names = append(names, name)
		}
	}
	return names
}

// NewKey makes a key that signs registries: the private half, and the public one
// by which they are read.
func NewKey(name string) (skey, vkey string, err error) {
	if name == "" || strings.ContainsAny(name, "+ \t\r\n") {
		return "", "", fmt.Errorf("%q is no name for a key: write one word without +, such as sources.example.com", name)
	}
	return note.GenerateKey(rand.Reader, name)
}

// Stale reports whether a registry should have been replaced by then.
func (r *Registry) Stale(now time.Time) bool { return now.UTC().Format(time.DateOnly) > r.Until }

// Names returns the sources of which it speaks, sorted.
func (r *Registry) Names() []string { return slices.Sorted(maps.Keys(r.Sources)) }

// Fits says what of a registry can't be applied to these collectors: a source
// that none asks is no fault, for another osint may; a host that is another
// owner's, or of which nobody knows whose it is, where a credential would be sent,
// is one, and so is a base for what is not asked over https at one place.
func (r *Registry) Fits(entries []collectors.Entry) error {
	var errs []error
	for _, e := range entries {
		c, ok := r.Sources[e.Spec.Source.Name]
		if !ok || c.Base == nil {
			continue
		}
		if !movable(e) {
			errs = append(errs, fmt.Errorf("source %s would move to %s, and it lies at no https address that osint knows: leave its base out", e.Spec.Source.Name, *c.Base))
			continue
		}
		if c.Country == nil && e.Spec.Source.Base != *c.Base {
			errs = append(errs, fmt.Errorf("source %s moves to %s, and it does not say in which country that is: add country", e.Spec.Source.Name, *c.Base))
		}
		if to := ownerOf(*c.Base); carries(e) && (to == "" || to != ownerOf(e.Spec.Source.Base)) {
			errs = append(errs, fmt.Errorf("source %s would move from %s to %s, another owner's or nobody's known, and credentials are sent to it: that takes a new osint", e.Spec.Source.Name, e.Spec.Source.Base, *c.Base))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(slices.CompactFunc(errs, func(a, b error) bool { return a.Error() == b.Error() })...)
}

func carries(e collectors.Entry) bool { return len(e.Spec.Keys)+len(e.Spec.MayUse) > 0 }

// movable reports whether a source has a base that another can stand in for: one
// that is asked in DNS, by WHOIS or at the operator's own address has none.
func movable(e collectors.Entry) bool { return strings.HasPrefix(e.Spec.Source.Base, "https://") }
