package audit

import (
	"fmt"
	"slices"
	"strings"
)

// Blames returns what the verdict is about, where that is not the record itself:
// cases, reports or anchors.
func (v *Verification) Blames() (names []string) {
	if v.own == v.Verdict {
		return nil
	}
	for _, f := range v.Flaws {
		if f.Code == v.Verdict && f.About != "" && !slices.Contains(names, f.About) {
			names = append(names, f.About)
		}
	}
	return names
}

// Sentence says in one sentence what it came to.
func (v *Verification) Sentence() string {
	n := v.More
	for _, f := range v.Flaws {
		if f.Code == v.Verdict {
			n++
		}
	}
	found := fmt.Sprintf("%d findings", n)
	if n == 1 {
		found = "1 finding"
	}
	if text := v.holdersSentence(); text != "" {
		return text + ": " + found + "; " + v.itself()
	}
	if names := v.Blames(); len(names) > 0 {
		if text := blamed(v.Verdict, names); text != "" {
			return text + ": " + found + "; " + v.itself()
		}
	}
	switch v.Verdict {
	case Sound:
		return fmt.Sprintf("the record holds (%s)", v.Level)
	case Tampered:
		return "the record was tampered with, or is damaged: " + found
	case SetBackTo:
		return "the record was set back, or its end was cut off: " + found
	case Forked:
		return "the record forked, or was written anew: " + found
	case Incomplete:
		return "something that proves the record is missing: " + found
	}
	return fmt.Sprintf("the record holds (%s), with warnings: %s", v.Level, found)
}

// blamed says of other things than the record what a verdict means; "" where it
// means the same.
func blamed(code Verdict, names []string) string {
	who, was, is := strings.Join(names, ", "), "was", "is"
	if len(names) > 1 {
		was, is = "were", "are"
	}
	switch code {
	case Tampered:
		return fmt.Sprintf("%s %s altered, or %s damaged", who, was, is)
	case SetBackTo:
		return fmt.Sprintf("%s %s set back, or cut off at the end", who, was)
	case Incomplete:
		return fmt.Sprintf("%s can't be verified whole", who)
	}
	return ""
}

// itself says what the record alone came to.
func (v *Verification) itself() string {
	switch v.own {
	case Sound:
		return fmt.Sprintf("the record itself holds (%s)", v.Level)
	case Warned:
		return fmt.Sprintf("the record itself holds (%s), with warnings", v.Level)
	case SetBackTo:
		return "the record itself was set back"
	case Forked:
		return "the record itself forked"
	}
	return "what proves the record itself is not complete"
}

// next says what to do.
func (v *Verification) next() string {
	if text := v.holdersNext(); text != "" {
		return text
	}
	others := len(v.Blames()) > 0
	switch {
	case v.Verdict == Tampered && others:
		return "keep it as evidence, rely on nothing that only it says, and compare it with another copy; the record can go on"
	case v.Verdict == Tampered:
		return "stop writing to it, keep this file as evidence, and compare it with a backup or with what was shipped elsewhere"
	case v.Verdict == Forked:
		return "keep both histories as evidence: find out who wrote the other one, and which machine or copy it came from"
	case v.Verdict == SetBackTo && others:
		return "put the newer copy of it back; if there is none, go on with: osint resume CASE --accept-rollback REASON"
	case v.Verdict == SetBackTo:
		return "put the newer copy back; if there is none, go on with: osint audit accept-rollback --reason TEXT"
	case v.Verdict == Incomplete && v.newer:
		return "verify it with the osint that writes it, or a newer one"
	case v.Verdict == Incomplete && v.Ledger == "" && v.Size == 0:
		return "the first investigation makes a ledger; if there was one, restore it from a backup"
	case v.Verdict == Incomplete:
		return "bring back what could not be read, and verify again: nothing is proved about it"
	case v.Level == Local:
		return "anchor it, so that a rewritten ledger shows: osint audit checkpoint --append FILE, with FILE where others keep it"
	}
	return ""
}
