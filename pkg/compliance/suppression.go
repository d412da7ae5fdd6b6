package compliance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"osint/pkg/pipeline"
)

// Suppressions are the entities that are left alone because somebody objected,
// opted out, or asked for erasure. An entity stands on a list only as a digest
// under the list's own key, so that a list tells nothing to whoever has no key,
// and little to whoever has: he can only try names.
//
// Nothing is read into memory: each list is a sorted file that is searched where
// it lies. It is safe for several goroutines.
type Suppressions struct {
	lists []*List
	now   func() time.Time // by which entries expire
}

// An Entry is one suppressed entity.
type Entry struct {
	Digest  string    `json:"digest"` // HMAC-SHA256 of what [suppressionText] makes of the entity, hex
	Reason  string    `json:"reason"`
	Source  string    `json:"source,omitempty"` // who asked, or which register it came from
	Date    time.Time `json:"date"`
	Expires time.Time `json:"expires,omitzero"` // from then on it doesn't hold; zero is never
}

// Holds reports whether the entry has not expired.
func (e Entry) Holds(now time.Time) bool { return e.Expires.IsZero() || now.Before(e.Expires) }

// Suppressed returns the entry by which an entity is suppressed, if one holds: its
// own, in any spelling, or of a page that of an account that it names. A
// list that can't be read suppresses everything: to ask about somebody who
// objected can't be undone. An entity whose value is sealed can't be looked up;
// hand it in clear.
func (s *Suppressions) Suppressed(e pipeline.Entity) (Entry, bool) {
	if s == nil || e.Sealed() {
		return Entry{}, false
	}
	now := s.now()
	for _, l := range s.lists {
		for _, digest := range l.digests(e) {
			found, ok, err := l.find(digest)
			if err != nil {
				return Entry{Reason: "the suppression list " + l.ID + " can't be read", Date: now}, true
			}
			if ok && found.Holds(now) {
				return found, true
			}
		}
	}
	return Entry{}, false
}

// Clock sets by which clock entries expire, instead of the machine's.
func (s *Suppressions) Clock(now func() time.Time) { s.now = now }

// Lists returns the lists, the own one first.
func (s *Suppressions) Lists() []*List { return s.lists }

// Close lets go of the lists.
func (s *Suppressions) Close() {
	for _, l := range s.lists {
		l.close()
	}
}

// digest returns the digest under which an entity is put on a list.
func (l *List) digest(e pipeline.Entity) string { return l.digestOf(suppressionText(e)) }

// digests returns those that an entity may have on a list.
func (l *List) digests(e pipeline.Entity) (all []string) {
	for _, text := range suppressionTexts(e, l.Form) {
		all = append(all, l.digestOf(text))
	}
	return all
}

func (l *List) digestOf(text string) string {
	m := hmac.New(sha256.New, l.key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
