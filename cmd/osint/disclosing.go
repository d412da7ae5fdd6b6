package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/profiles"
)

// A handing is what is about to be handed out of a case, and to whom.
type handing struct {
	what      string              // files or a section, for the record
	form      string              // "html", "text"
	where     string              // it goes: in the case, a file, stdout
	audience  compliance.Audience // "": those who work on the case
	recipient string              // in clear; "" is not said
	country   string              // of the recipient
	sealed    bool                // nobody is shown, whatever the profile says
}

// Where something goes.
const (
	inTheCase = "case"   // it stays there: no copy
	inFiles   = "files"  // elsewhere
	onStdout  = "stdout" // wherever that leads
	onScreen  = "screen" // it is looked at
)

// own reports whether it goes to nobody but those who work on the case.
func (h *handing) own() bool { return h.audience == "" && h.recipient == "" }

// to is the audience that law and record are told.
func (h *handing) to() compliance.Audience {
	switch {
	case h.audience != "":
		return h.audience
	case h.recipient != "":
		return compliance.Named
	}
	return compliance.InHouse
}

// A handout is what may be handed out of a case, as it was ruled.
type handout struct {
	handing
	doc    *report.Document    // for who reads it
	plain  *report.Document    // for programs, build logs and lists: nobody stands in it in clear
	clear  []pipeline.Category // that stand in clear in what goes out beside the document
	with   report.Options      // by which doc was built
	ruling pipeline.Ruling
	note   string // why nobody is shown, though the profile shows people; else ""
}

// of returns the document that a format renders: one for other programs goes
// where nobody rules on who reads it.
func (o *handout) of(f report.Format) *report.Document {
	if slices.Contains(namesOf(report.Formats()), f.Name) {
		return o.doc
	}
	return o.plain
}

// withoutPeople lets go of what stands in clear.
func (o *handout) withoutPeople(why string) {
	o.doc, o.note = o.plain, why
	if o.with.Reveal != nil {
		o.with = report.Options{Personal: "token"}
	}
}

// inClear returns the categories of data about people that go out in clear.
func (o *handout) inClear() []pipeline.Category {
	all := append(o.doc.Clear(), o.clear...)
	slices.Sort(all)
	return slices.Compact(all)
}

// leaves reports whether it must be on record as a disclosure: there are people
// in it in clear, or it is for somebody who does not work on the case.
func (o *handout) leaves() bool { return len(o.inClear()) > 0 || !o.own() }

// release rules on handing out a case, and returns what may be. Everything that
// shows anything of a case to anybody comes from here. What is ruled to be taken
// out is a label. What may not go out as the profile shows it is an error
// (exit code 4) if it must go out like that, else nobody is shown, and the
// handout says why. vault is the case's; nil: it is read where it is needed.
func (c *console) release(cs *pipeline.Case, dir string, vault *pipeline.Vault, h handing, must bool) (*handout, error) {
	out, vault, err := c.prepare(cs, dir, vault, h)
	if err != nil {
		return nil, err
	}
	var gates []*compliance.Gate
	for {
		clear := out.doc.Clear()
		if len(clear) == 0 && h.own() {
			out.ruling = pipeline.Ruling{Verdict: pipeline.Allow, Rule: "disclose.allow", Keep: pipeline.KeepRaw}
			return out, nil
		}
		if gates == nil {
			if gates, _, _, err = c.gatesOf(cs, vault, func(to ...pipeline.Sink) error { return replayed(dir, to...) }); err != nil {
				return nil, err
			}
		}
		out.ruling = compliance.Disclose(gates, h.to(), out.asked(clear))
		switch {
		case out.ruling.Verdict == pipeline.Allow:
			return out, nil
		case out.ruling.Verdict == pipeline.Redact && out.seal(clear):
			out.doc = report.Build(cs, out.with)
		case must || len(clear) == 0 || out.doc == out.plain: // or the case itself names people in clear
			return nil, out.refused(dir)
		default:
			out.withoutPeople(out.why())
		}
	}
}

// prepare builds what would be handed out as the profile shows it, before it is
// ruled. It returns the vault, too, read where it is needed.
func (c *console) prepare(cs *pipeline.Case, dir string, vault *pipeline.Vault, h handing) (*handout, *pipeline.Vault, error) {
	p, err := profiles.FromJSON(cs.Opened.Resolved)
	if err != nil {
		return nil, nil, err
	}
	out := &handout{handing: h, with: report.Options{Personal: p.Report.Personal}}
	shows := out.with.Personal == "show"
	if vault == nil && (shows || !h.own()) {
		if vault, err = pipeline.ReadVault(cs, dir, c.places(false).keys()); err != nil {
			return nil, nil, err
		}
	}
	if shows {
		out.with.Personal = "token"
	}
	out.doc = report.Build(cs, out.with)
	out.plain = out.doc
	if shows && !h.sealed {
		out.with.Personal, out.with.Reveal = "show", vault.Reveal
		out.doc = report.Build(cs, out.with)
	}
	return out, vault, nil
}

// asked is what a gate is asked of it.
func (o *handout) asked(clear []pipeline.Category) compliance.Disclosure {
	return compliance.Disclosure{What: o.what, Label: o.doc.Case.TLP, Clear: clear, Country: o.country, Own: o.own()}
}

// seal takes out what the ruling says, and reports whether there was any of it.
func (o *handout) seal(clear []pipeline.Category) (any bool) {
	for _, c := range clear {
		if slices.Contains(o.ruling.Redact, string(c)) && !slices.Contains(o.with.Seal, c) {
			o.with.Seal, any = append(o.with.Seal, c), true
		}
	}
	if any {
		o.note = o.why()
	}
	return any
}

func (o *handout) why() string { return o.ruling.Reason + " (" + o.ruling.Rule + ")" }

// refused says by what nothing goes out, and what to do.
func (o *handout) refused(dir string) error {
	text := fmt.Sprintf("nothing was handed out: %s (%s; %s)", strings.TrimSuffix(o.ruling.Reason, "."), o.ruling.Rule, o.ruling.Cite)
	if o.ruling.Verdict == pipeline.ReviewIt {
		text += "; osint compliance approve " + shortPath(dir) + " --audience " + string(o.to())
		if o.country != "" {
			text += " --recipient-country " + o.country
		}
		text += " lists what waits"
	}
	switch {
	case len(o.doc.Clear()) > 0:
		text += "; with --sealed it goes out, and people are labels in it"
	case o.ruling.Rule == "tlp.reach":
		text += "; choose a narrower --audience"
	}
	return &exit{notAsked, fmt.Errorf("%s", text)}
}

// replayed feeds the lines of a case to sinks, without holding it.
func replayed(dir string, to ...pipeline.Sink) error {
	f, err := os.Open(filepath.Join(dir, caseFile))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = pipeline.Replay(f, to...)
	return err
}
