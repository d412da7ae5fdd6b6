package compliance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"osint/pkg/pipeline"
)

// ApprovalVersion is the version of an approval, and the namespace in which SSH
// signs one: a signature under anything else is none under this.
const ApprovalVersion = "osint-approval@v1"

// A Statement is what an approver signs: that of one case, about these subjects,
// these collectors may ask although these rules wait for a review. It reaches
// nothing that it does not name. In place of collectors it may name one audience
// ([DisclosureTo]), to which the case may be handed. Keys stand in the order of their names: see
// [Statement.Bytes].
type Statement struct {
	Approver   string   `json:"approver"`
	Case       string   `json:"case"`
	Collectors []string `json:"collectors"` // none: only whether the subjects may stand in the case
	Expires    string   `json:"expires"`    // RFC 3339, UTC, whole seconds
	Issued     string   `json:"issued"`
	Reason     string   `json:"reason"`
	Rules      []string `json:"rules"`    // that wait for review; a denial is never waived
	Subjects   []string `json:"subjects"` // kind:value, as the case has them: people as tokens
	Unknown    []string `json:"unknown"`  // facts that are not known, and accepted so
	Version    string   `json:"version"`
}

// What bounds a statement.
const (
	longestReason   = 1000                 // bytes
	longestApproval = 366 * 24 * time.Hour // from its issue on
	clockSkew       = 5 * time.Minute      // between the approver's machine and this one
)

// Bytes returns what is signed: the statement as canonical JSON (RFC 8785), and
// a newline.
func (s Statement) Bytes() []byte {
	for _, list := range []*[]string{&s.Collectors, &s.Rules, &s.Subjects, &s.Unknown} {
		if *list == nil {
			*list = []string{}
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // strings encode
		panic(err)
	}
	return b.Bytes()
}

// Digest returns the SHA-256 of what is signed, as hex.
func (s Statement) Digest() string {
	sum := sha256.Sum256(s.Bytes())
	return hex.EncodeToString(sum[:])
}

// Tidy sorts the lists and takes out what is there twice.
func (s *Statement) Tidy() {
	for _, list := range []*[]string{&s.Collectors, &s.Rules, &s.Subjects, &s.Unknown} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

// ParseStatement reads a statement. It takes the one way to write it and no
// other: what a person was shown is what is held to.
func ParseStatement(text []byte) (Statement, error) {
	var s Statement
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("no statement of an approval: %w", err)
	}
	if s.Version != ApprovalVersion {
		return s, fmt.Errorf("an approval of version %q: this osint reads %s", s.Version, ApprovalVersion)
	}
	if !bytes.Equal(bytes.TrimRight(text, "\r\n"), bytes.TrimRight(s.Bytes(), "\n")) {
		return s, errors.New("a statement that was changed, or written another way: print it anew with --print-statement")
	}
	return s, s.Check()
}

// Check says what a statement lacks, or has too much of.
func (s Statement) Check() error {
	texts := slices.Concat([]string{s.Approver, s.Case, s.Reason}, s.Collectors, s.Rules, s.Subjects, s.Unknown)
	issued, err := stamp(s.Issued)
	expires, err2 := stamp(s.Expires)
	tidy := s
	tidy.Collectors, tidy.Rules, tidy.Subjects, tidy.Unknown = slices.Clone(s.Collectors), slices.Clone(s.Rules), slices.Clone(s.Subjects), slices.Clone(s.Unknown)
	tidy.Tidy()
	switch {
	case s.Version != ApprovalVersion:
		return fmt.Errorf("an approval of version %q: this osint reads %s", s.Version, ApprovalVersion)
	case s.Case == "" || s.Approver == "":
		return errors.New("an approval names its case and its approver")
	case strings.TrimSpace(s.Reason) == "":
		return errors.New("an approval has a reason")
	case len(s.Reason) > longestReason:
		return fmt.Errorf("a reason of %d bytes: write %d at most, and name a document for the rest", len(s.Reason), longestReason)
	case len(s.Rules) == 0:
		return errors.New("an approval names the rules that it waives")
	case !s.oneAudience():
		return fmt.Errorf("an approval to hand a case out names one audience, and no collector: %s and one of %v", disclosing, Audiences())
	case len(s.Subjects) == 0:
		return errors.New("an approval names whom it is about")
	case slices.ContainsFunc(texts, unplain):
		return errors.New("an approval is of single lines of plain text")
	case err != nil || err2 != nil:
		return errors.New("an approval is issued and expires at times such as 2026-12-24T18:00:00Z")
	case !expires.After(issued):
		return errors.New("an approval expires after it is issued")
	case expires.Sub(issued) > longestApproval:
		return fmt.Errorf("an approval of more than %d days: facts change, and somebody looks again", int(longestApproval.Hours()/24))
	case !bytes.Equal(tidy.Bytes(), s.Bytes()):
		return errors.New("the lists of an approval are sorted, and name each once")
	}
	return nil
}

// Stamp writes a time as a statement has it.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// stamp reads a time of a statement, which has one form.
func stamp(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err == nil && Stamp(t) != text {
		err = errors.New("not in UTC and whole seconds")
	}
	return t, err
}

// unplain reports what canonical JSON would write in several ways, and what
// shows a reader something else than stands there.
func unplain(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
	})
}

// subject returns how a statement names an entity.
func subject(e pipeline.Entity) string { return e.String() }
