package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Holder is an anchor that holds the entries themselves.
type Holder interface {
	Anchor
	// Held returns what it has of a ledger, of whose entries up to some are here.
	Held(ctx context.Context, ledger string, upTo int64) (Holding, error)
	// Dest is the name under which the ledger keeps its receipts.
	Dest() string
}

// A Holding is what a [Holder] has of a ledger.
type Holding struct {
	Size  int64     // entries, from the first on without a gap
	Shown int64     // and with those behind a gap
	Root  tlog.Hash // that it makes of as many of the first as are here too, not one that it was told
}

// A held is what a holder said, and whether the entries that are here too are
// the same.
type held struct {
	Holding
	err    error
	common int64 // entries that both have
	read   bool  // and held against each other
	same   bool
	until  time.Time // of the last of them
}

// holder takes in what a holder has itself. What it comes to is known when the
// ledger is read.
func (a *audit) holder(h Holder, said *answer) (known bool) {
	x := &said.held
	if x.err != nil {
		a.v.add(Incomplete, -1, "anchor", "anchor %s can't be read: %v", h.Name(), x.err)
		return true
	}
	if x.common > 0 {
		a.want(x.common, x.Root, func(same bool, until time.Time) { x.read, x.same, x.until = true, same, until })
	}
	return x.Size > 0 || a.confirmed[h.Dest()] > 0
}

// judge says what the holders came to.
func (a *audit) judge() {
	for i := range a.answers {
		said := &a.answers[i]
		h, ok := said.Anchor.(Holder)
		if !ok || said.err != nil || said.held.err != nil {
			continue
		}
		x, name, confirmed := said.held, h.Name(), a.confirmed[h.Dest()]
		switch {
		case x.read && !x.same && a.vouched(name) >= x.common:
			a.charge(Forked, altered, name, "anchor %s has other first %d entries than its own signed checkpoint says, which is this ledger's: they were changed there", name, x.common)
		case x.read && !x.same:
			a.deny(Forked, name, "anchor %s has other first %d entries than the ledger", name, x.common)
		case x.Size > a.size:
			a.charge(SetBackTo, ahead, name, "anchor %s has %d entries, and the ledger the first %d of them", name, x.Size, a.size)
		case x.read:
			a.v.bind(Bond{name, Anchored, x.common, x.until, name})
		}
		if confirmed <= x.Size {
			continue
		}
		gap := ""
		if x.Shown > x.Size {
			gap = fmt.Sprintf(": entry %d is missing", x.Size)
		}
		a.charge(SetBackTo, lacking, name, "anchor %s confirmed %d entries, and has %d of them%s", name, confirmed, x.Shown, gap)
	}
}

// vouched returns the largest size for which the signed notes of an anchor
// agreed.
func (a *audit) vouched(name string) (size int64) {
	for _, b := range a.v.Anchors {
		if b.via == name {
			size = max(size, b.Size)
		}
	}
	return size
}

// What is wrong between a ledger and a holder.
const (
	lacking = "lacking" // the holder lost entries
	altered = "altered" // its entries were changed
	ahead   = "ahead"   // the ledger lost entries, and it has them
)

// charge denies, and keeps whose fault it is.
func (a *audit) charge(code Verdict, fault, name, format string, args ...any) {
	n := len(a.v.Flaws)
	if fault == ahead {
		a.deny(code, name, format, args...)
	} else {
		a.v.against = append(a.v.against, name)
		a.v.blame("anchor "+name, code, -1, "anchor", format, args...)
	}
	if len(a.v.Flaws) > n {
		a.v.Flaws[n].fault, a.v.Flaws[n].name = fault, name
	}
}

// holdersFault returns what is wrong with a holder, and which, if the verdict
// rests on nothing else.
func (v *Verification) holdersFault() (fault, name string) {
	for _, f := range v.Flaws {
		if f.Code != v.Verdict {
			continue
		}
		if f.fault != lacking && f.fault != altered {
			return "", ""
		}
		fault, name = f.fault, f.name
	}
	if v.More > 0 {
		return "", ""
	}
	return fault, name
}

// holdersSentence is the sentence where a holder is at fault, else "".
func (v *Verification) holdersSentence() string {
	switch fault, name := v.holdersFault(); fault {
	case lacking:
		return "anchor " + name + " lacks entries that it had confirmed"
	case altered:
		return "anchor " + name + " has entries that were changed there"
	}
	return ""
}

// holdersNext is what to do where a holder is at fault, or can help; else "".
func (v *Verification) holdersNext() string {
	switch fault, name := v.holdersFault(); fault {
	case lacking:
		return "find out who removed entries from " + name + ", or that it was restored to an earlier state; send them again with: osint audit ship"
	case altered:
		return "keep what " + name + " has as evidence, find out who changed it, and restore it from its backup"
	}
	if v.Verdict != SetBackTo {
		return ""
	}
	if slices.ContainsFunc(v.Flaws, func(f Flaw) bool { return f.fault == ahead }) {
		return "take back what the server has, before anything is recorded here, with: osint audit recover"
	}
	if v.shipped {
		return "put the newer copy back, or take back what was shipped with: osint audit recover; if there is neither, go on with: osint audit accept-rollback --reason TEXT"
	}
	return ""
}
