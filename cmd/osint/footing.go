package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// A footing is what a job stands on in law: the frameworks, the organisation,
// the mandate, and the day.
type footing struct {
	book         *law.Book
	organisation *compliance.Organisation // nil: none
	mandate      *compliance.Mandate      // people stand in it in clear; nil: none
	today        time.Time
	approvals    compliance.Approvals
}

// footing returns what a job stands on; nil where no law is asked: no
// organisation says that it is bound, and the profile lets nobody be looked
// into.
func (c *console) footing(p *profiles.Profile, o *compliance.Organisation, m *compliance.Mandate) (*footing, error) {
	if o == nil && p.Policy.Persons != compliance.ByLaw {
		return nil, nil
	}
	dir, names := named(o)
	if len(names) > 0 { // none is all of the shelf
		names = append(names, p.Policy.Frameworks...)
	}
	book, err := c.book(dir, names)
	if err != nil {
		return nil, usage("%w", err)
	}
	return &footing{book: book, organisation: o, mandate: m, today: c.today()}, nil
}

// named returns the frameworks that an organisation's document names, and the
// folder that its paths start from. None is all of the shelf.
func named(o *compliance.Organisation) (dir string, names []string) {
	if o == nil {
		return "", nil
	}
	return filepath.Dir(o.File), slices.Clone(o.Frameworks)
}

// sayReplaced tells which frameworks are not those that come along, though they
// have their names.
func (c *console) sayReplaced(b *law.Book) {
	shelf := profiles.Frameworks()
	for _, own := range b.Frameworks() {
		text, there := shelf["frameworks/"+own.ID+".yaml"]
		if sum := sha256.Sum256(text); there && hex.EncodeToString(sum[:]) != own.SHA256 {
			c.say("osint: framework %s is your organisation's own, version %s, and not the one that comes along", own.ID, own.Version)
		}
	}
}

// book loads frameworks, once however many targets are ruled by them.
func (c *console) book(dir string, names []string) (b *law.Book, err error) {
	slices.Sort(names)
	names = slices.Compact(names)
	key := dir + "\x00" + strings.Join(names, "\x00")
	c.booksLock.Lock()
	defer c.booksLock.Unlock()
	if b = c.books[key]; b != nil {
		return b, nil
	}
	if b, err = profiles.LawOf(dir, names...); err != nil {
		return nil, err
	}
	for _, w := range b.Stale(c.today()) {
		c.say("osint: %s", w.Text)
	}
	c.sayReplaced(b)
	if c.books == nil {
		c.books = map[string]*law.Book{}
	}
	c.books[key] = b
	return b, nil
}

// gate returns the gate of a job: under its policy, sparing whom this
// installation leaves alone, and under the law that it stands on. reveal is the
// case's; nil before there is one.
func (c *console) gate(p compliance.Policy, j compliance.Job, f *footing, reveal func(pipeline.Entity) (pipeline.Entity, bool)) (*compliance.Gate, error) {
	g := compliance.New(p, j)
	list, err := c.leftAlone()
	if err != nil {
		return nil, err
	}
	g = g.Sparing(lookedUpOnce(list))
	if f != nil {
		g = g.Under(compliance.Law{Book: f.book, Organisation: f.organisation, Mandate: f.mandate, Now: f.today, Approvals: f.approvals, Reveal: reveal})
	}
	return g, nil
}

// lookedUpOnce looks an entity up once however many collectors are ruled on for
// it, one after another.
func lookedUpOnce(list *compliance.Suppressions) func(pipeline.Entity) bool {
	var mu sync.Mutex
	var last pipeline.Entity
	var listed bool
	return func(e pipeline.Entity) bool {
		mu.Lock()
		defer mu.Unlock()
		if e != last {
			_, listed = list.Suppressed(e)
			last = e
		}
		return listed
	}
}

// leftAlone opens the lists of those who are left alone, once.
func (c *console) leftAlone() (*compliance.Suppressions, error) {
	c.spareOnce.Do(func() {
		if c.spare, c.spareErr = compliance.OpenSuppressions(c.places(false).keys()); c.spareErr == nil {
			c.spare.Clock(c.today)
		}
	})
	return c.spare, c.spareErr
}

// sparesPages refuses targets that are nobody's identifier and name the account of
// somebody who is left alone. A gate would let nothing be asked about them; but they
// stand in a case in clear, and lead to the site that they lie at.
func (c *console) sparesPages(seeds []pipeline.Entity) error {
	list, err := c.leftAlone()
	if err != nil {
		return err
	}
	for i, e := range seeds {
		if e.Personal() || len(e.Accounts()) == 0 {
			continue
		}
		if _, listed := list.Suppressed(e); listed {
			return &exit{notAsked, fmt.Errorf("target %d is a %s that names somebody who is on the list of those who are left alone (suppression.listed): nothing was asked, and no case was made; leave it out", i+1, e.Kind)}
		}
	}
	return nil
}

// recorded returns what a case stood on when it was opened, and, where the
// organisation's document is another today, that of today: first the case's.
// All are under the same approvals.
func (c *console) recorded(cs *pipeline.Case, p *profiles.Profile, today *compliance.Organisation, vault *pipeline.Vault, approvals compliance.Approvals) (fs []*footing, err error) {
	o := cs.Opened
	m := compliance.NewMandate().With(o.Purpose, o.LawfulBasis, o.Reference)
	var then *compliance.Organisation
	switch {
	case o.Law != nil && o.Law.Mandate == nil:
		m = nil
	case o.Law != nil:
		if m, err = compliance.MandateFromJSON(o.Law.Mandate); err != nil {
			return nil, fmt.Errorf("the case's mandate: %w", err)
		}
		m = m.Replace(func(e pipeline.Entity) pipeline.Entity { clear, _ := vault.Reveal(e); return clear })
	}
	if o.Law != nil && o.Law.Organised != nil {
		if then, err = compliance.OrganisationFromJSON(o.Law.Organised); err != nil {
			return nil, fmt.Errorf("the case's organisation: %w", err)
		}
	}
	if err := beside(then, today); err != nil {
		return nil, err
	}
	if then == nil || today != nil && then.SHA256() == today.SHA256() {
		then, today = cmp.Or(today, then), nil
	}
	for i, org := range []*compliance.Organisation{then, today} {
		if i > 0 && org == nil {
			break
		}
		f, err := c.footing(p, org, m)
		if err != nil || f == nil {
			return nil, err
		}
		f.approvals = approvals
		fs = append(fs, f)
	}
	return fs, nil
}

// beside gives a case's copy of a document the place of today's, for a copy lies
// nowhere: what it names by a relative path must not be looked for wherever the
// command happens to be typed.
func beside(then, today *compliance.Organisation) error {
	switch {
	case then == nil:
	case today != nil:
		then.File = today.File
	case slices.ContainsFunc(then.Frameworks, func(f string) bool { return compliance.IsFrameworkFile(f) && !filepath.IsAbs(f) }):
		return usage("the case is ruled by frameworks that lie beside the document of %s: set %s to it", then.Metadata.ID, policyVariable)
	}
	return nil
}

// frameworks names the frameworks that are asked, sorted by id.
func (f *footing) frameworks() []pipeline.DocumentRef {
	refs := []pipeline.DocumentRef{}
	for _, x := range f.book.Frameworks() {
		refs = append(refs, pipeline.DocumentRef{ID: x.ID, Title: x.Title, Version: x.Version, SHA256: x.SHA256,
			Reviewed: x.Reviewed.Format(time.DateOnly), ReviewBy: x.ReviewBy.Format(time.DateOnly)})
	}
	return refs
}

// lists names the lists that the frameworks go by.
func (f *footing) lists() []pipeline.DocumentRef {
	refs := []pipeline.DocumentRef{}
	for _, x := range f.book.Lists() {
		refs = append(refs, pipeline.DocumentRef{ID: x.ID, Version: x.CheckedAt.Format(time.DateOnly), SHA256: x.SHA256})
	}
	return refs
}

// organised names the organisation's document; there must be one.
func (f *footing) organised() *pipeline.DocumentRef {
	o := f.organisation
	return &pipeline.DocumentRef{ID: o.Metadata.ID, Version: o.Metadata.Version, SHA256: o.SHA256()}
}

// ref is what a case remembers of its footing. The vault seals whom the mandate
// names.
func (f *footing) ref(vault *pipeline.Vault, seeds []pipeline.Entity) *pipeline.LawRef {
	if f == nil {
		return nil
	}
	for _, e := range seeds {
		if e.Personal() {
			vault.SealEntity(e) // so that their names are known where they stand in words
		}
	}
	r := &pipeline.LawRef{Frameworks: f.frameworks(), Lists: f.lists()}
	if m := f.mandate; m != nil {
		sealed := m.Replace(func(e pipeline.Entity) pipeline.Entity {
			if e.Personal() {
				e = vault.SealEntity(e)
			}
			return e
		})
		r.RetentionDays, r.Mandate = m.RetentionDays, json.RawMessage(vault.Scrub(string(sealed.JSON()))) // a reference may name them too
	}
	if o := f.organisation; o != nil {
		r.Organisation = f.organised()
		r.Organised = o.JSON()
	}
	for _, w := range f.book.Stale(f.today) {
		r.Stale = append(r.Stale, w.Text)
	}
	return r
}

// lawToday says by which documents a case is ruled that goes on, where they are
// not those that it was opened under; else nil.
func lawToday(then *pipeline.LawRef, stands []*footing) *pipeline.LawRef {
	if len(stands) == 0 {
		return nil
	}
	now := &pipeline.LawRef{}
	for _, f := range stands {
		now.Frameworks = join(now.Frameworks, f.frameworks())
		now.Lists = join(now.Lists, f.lists())
		if f.organisation != nil { // the last is today's
			now.Organisation = f.organised()
		}
	}
	same := then != nil && (then.Organisation == nil) == (now.Organisation == nil) && (now.Organisation == nil || *then.Organisation == *now.Organisation)
	if same && sameTexts(then.Frameworks, now.Frameworks) && sameTexts(then.Lists, now.Lists) {
		return nil
	}
	return now
}

// sameTexts reports whether a and b hold the same documents.
func sameTexts(a, b []pipeline.DocumentRef) bool {
	return len(a) == len(b) && len(join(a, b)) == len(a)
}

// join adds the documents of b that are not in a, byte for byte.
func join(a, b []pipeline.DocumentRef) []pipeline.DocumentRef {
	all := slices.Clone(a)
	for _, d := range b {
		if !slices.ContainsFunc(all, func(x pipeline.DocumentRef) bool { return x.ID == d.ID && x.SHA256 == d.SHA256 }) {
			all = append(all, d)
		}
	}
	return all
}
