package main

import (
	"encoding/json"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A givenCopy is something made of a case that went elsewhere: nobody who erases
// reaches it, and who was given it is to be told (GDPR Art. 19).
type givenCopy struct {
	At        time.Time `json:"at"`
	Line      uint64    `json:"line"`
	What      string    `json:"what"`
	Audience  string    `json:"audience,omitempty"`
	Recipient string    `json:"recipient,omitempty"`
	By        string    `json:"by,omitempty"`

	sealed string // the recipient as the case has it: it may be a person
}

// String says what went where, as a line of the case may say it.
func (g givenCopy) String() string { return g.text(g.sealed) }

// told says it to who must tell the recipient.
func (g givenCopy) told() string { return g.text(g.Recipient) }

func (g givenCopy) text(recipient string) string {
	text := report.Safe(g.What)
	if recipient != "" {
		text += " to " + report.Safe(recipient)
	}
	if g.Audience != "" {
		text += " (" + report.Safe(g.Audience) + ")"
	}
	return text + ", " + g.At.UTC().Format(time.DateOnly)
}

// copiesOf returns what a case's lines say went elsewhere: what was disclosed,
// and reports that were written outside its folder. The vault knows who the
// recipients are.
func copiesOf(cs *pipeline.Case, v *pipeline.Vault) (copies []givenCopy) {
	for _, e := range cs.Acts {
		for _, name := range reportNames(e) {
			if !strings.Contains(name, "/") {
				copies = append(copies, givenCopy{At: e.Time, Line: e.Seq, What: name, By: e.Reported.By})
			}
		}
		if e.Disclosed == nil {
			continue
		}
		var d struct{ What, Where, Audience, Recipient string }
		_ = json.Unmarshal(e.Disclosed.Data, &d) // what it doesn't say is left open
		if d.Recipient == theSubject || d.Where == inTheCase {
			continue // who is erased has their own, and what lies in the case is no copy
		}
		if d.What == "" {
			d.What = e.Disclosed.What
		}
		g := givenCopy{At: e.Time, Line: e.Seq, What: d.What, Audience: d.Audience, Recipient: d.Recipient, By: e.Disclosed.By, sealed: d.Recipient}
		if clear, ok := v.RevealText(d.Recipient); ok {
			g.Recipient = clear
		}
		copies = append(copies, g)
	}
	return copies
}
