package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// event is the line of the case that says that it was handed out, written before
// it is. The recipient may be a person, and stands in it sealed, unless it is
// seen to be none: a domain, a role's mailbox, organization:NAME.
func (o *handout) event(by string, vault *pipeline.Vault, sha256 string) *pipeline.Event {
	data := struct {
		What      string              `json:"what"`
		Where     string              `json:"where"`
		Audience  compliance.Audience `json:"audience"`
		Recipient string              `json:"recipient,omitempty"`
		Country   string              `json:"country,omitempty"`
		Form      string              `json:"form"`
		SHA256    string              `json:"sha256,omitempty"`
		Label     string              `json:"label"`
		Clear     []pipeline.Category `json:"clear"`
		Ruling    pipeline.Ruling     `json:"ruling"`
	}{o.what, o.where, o.to(), sealRecipient(o.recipient, vault), o.country, o.form, sha256, o.doc.Case.TLP, append([]pipeline.Category{}, o.inClear()...), o.ruling}
	return &pipeline.Event{Disclosed: &pipeline.Act{By: by, What: o.what, Data: compact(data)}}
}

func sealRecipient(text string, vault *pipeline.Vault) string {
	e, err := pipeline.ParseEntity(text)
	switch {
	case text == "" || err == nil && !e.Personal():
		return text
	case err == nil:
		return vault.SealEntity(e).Value
	}
	return vault.SealText(text)
}

// onRecord puts on record that it is handed out, before it is: as a line of the
// case, or, where the case can't be written to, in the ledger. On an error it
// must not be.
func (c *console) onRecord(o *handout, dir, sha256 string) error {
	if !o.leaves() {
		return nil
	}
	if o.where == onScreen { // it was looked at: the case stays as it is
		return c.onLedger(o, sha256)
	}
	folder, err := pipeline.Open(dir, c.places(false).keys())
	if held := new(*pipeline.Locked); errors.As(err, held) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return c.onLedger(o, sha256)
	}
	if err != nil {
		return unrecorded(err)
	}
	defer folder.Close()
	return unrecorded(c.recording(func(l *audit.Ledger) error {
		if err := c.enter(l, folder, audit.Consent{}); err != nil {
			return err
		}
		if err := folder.Append(o.event(c.operator(), folder.Vault(), sha256)); err != nil {
			return err
		}
		_, err := attest(l, folder)
		return err
	}))
}

// onLedger puts it on record in the ledger alone, which names no recipient.
func (c *console) onLedger(o *handout, sha256 string) error {
	if o.recipient != "" {
		return unrecorded(errors.New("the case can't be written to, and to whom it goes stands nowhere else"))
	}
	body := audit.Body{"at": time.Now().UnixMilli(), "what": o.what, "audience": string(o.to()), "form": o.form, "sha256": sha256,
		"clear": texts(o.inClear()), "verdict": string(o.ruling.Verdict), "rule": o.ruling.Rule}
	return unrecorded(c.append(audit.Act{Type: audit.Disclosure, Case: o.doc.Case.ID, Body: body}))
}

func unrecorded(err error) error {
	if err != nil {
		return fmt.Errorf("nothing was handed out, for it can't be put on record: %w", err)
	}
	return nil
}

// lookAt returns what of a case may be looked at, and puts on record that people
// were. Where that can't be, or may not be, they are labels.
func (c *console) lookAt(cs *pipeline.Case, dir, what string) (*report.Document, error) {
	o, err := c.release(cs, dir, nil, handing{what: what, form: "text", where: onScreen, sealed: c.csv}, false)
	if err != nil {
		return nil, err
	}
	if err := c.onRecord(o, dir, ""); err != nil {
		o.withoutPeople(err.Error())
	}
	c.notShown(o)
	return o.doc, nil
}

// notShown says why people are labels though the profile shows them.
func (c *console) notShown(o *handout) {
	if o.note != "" {
		c.say("osint: people are not shown in clear: %s", report.Safe(o.note))
	}
}
