package report

import (
	"slices"

	"osint/pkg/pipeline"
)

// LabelOf returns the TLP label that a class asks for at the least: what is
// restricted is for those who are named, what is confidential for the
// organisation and its clients, what is internal for its community.
func LabelOf(c pipeline.Class) string {
	switch c {
	case pipeline.Public:
		return "TLP:CLEAR"
	case pipeline.Internal:
		return "TLP:GREEN"
	case pipeline.Confidential:
		return "TLP:AMBER"
	}
	return "TLP:RED"
}

// StricterLabel returns the strictest of several labels, which is that of a
// whole of which they are the parts; of none, the strictest there is.
func StricterLabel(labels ...string) string {
	at := len(tlpLabels)
	for _, l := range labels {
		at = min(at, slices.Index(tlpLabels, Label(l)))
	}
	return tlpLabels[at%len(tlpLabels)]
}

// mark raises the label of a case to what the report of it asks for. A label is
// never lowered.
func (c *Case) mark() {
	if asked := StricterLabel(c.TLP, LabelOf(c.Classification)); asked != c.TLP {
		c.TLPOfCase, c.TLP = c.TLP, asked
	}
}

// raised says that what the report holds asks for a stricter label than the
// case has.
func (c *Case) raised() string {
	if c.TLPOfCase == "" {
		return ""
	}
	return "; it asks for " + c.TLP + ", and the case is " + c.TLPOfCase
}
