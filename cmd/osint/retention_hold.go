package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// A hold keeps a case from retention and erasure: it is needed for a claim in law
// (GDPR Art. 17(3)(e)).
type hold struct {
	Reason string    `json:"reason"`
	By     string    `json:"by,omitempty"`
	Since  time.Time `json:"since"`
}

// holdAct is what the Noted line of a hold, or of its end, holds.
type holdAct struct {
	Hold   string `json:"hold"` // "set", "released"
	Reason string `json:"reason"`
}

// holdOn returns the hold on a case, or nil.
func holdOn(cs *pipeline.Case) (h *hold) {
	for _, e := range cs.Acts {
		var d holdAct
		if e.Noted == nil || json.Unmarshal(e.Noted.Data, &d) != nil {
			continue
		}
		switch d.Hold {
		case "set":
			h = &hold{Reason: d.Reason, By: e.Noted.By, Since: e.Time}
		case "released":
			h = nil
		}
	}
	return h
}

func retentionHold(c *console) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "hold CASE", Short: "Keep a case from retention and erasure: it is needed for a claim in law", Args: exactly("a case: osint cases list names them"),
		Long: `The hold is a line of the case, and on record. Until it is released osint retention
run leaves the case as it is, and osint erase does and says so.`,
		Example: "  osint retention hold CASE --reason 'Art. 17(3)(e), claim 2026-7'",
		RunE:    func(_ *cobra.Command, args []string) error { return c.setHold(args[0], "set", reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT`: which claim, for the record; name nobody in it")
	return cmd
}

func retentionRelease(c *console) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "release CASE", Short: "End the hold on a case", Args: exactly("a case: osint retention show names those that are held"),
		Example: "  osint retention release CASE --reason 'claim 2026-7 is settled'",
		RunE:    func(_ *cobra.Command, args []string) error { return c.setHold(args[0], "released", reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT`: why, for the record; name nobody in it")
	return cmd
}

// setHold writes the line of a hold, or of its end, and attests it.
func (c *console) setHold(name, to, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return usage("--reason is missing: write why, for the record")
	}
	dir, err := c.find(name)
	if err != nil {
		return err
	}
	folder, err := pipeline.Open(dir, c.places(false).keys())
	if err != nil {
		return err
	}
	defer folder.Close()
	switch h := holdOn(folder.Case); {
	case h != nil && to == "set":
		return usage("%s is held already, since %s: %s", dir, h.Since.Format(time.DateOnly), h.Reason)
	case h == nil && to == "released":
		return usage("%s is not held", dir)
	}
	return c.recording(func(l *audit.Ledger) error {
		if err := c.enter(l, folder, audit.Consent{}); err != nil {
			return err
		}
		act := &pipeline.Act{By: c.operator(), What: "legal hold " + to + ": " + reason, Data: compact(holdAct{Hold: to, Reason: reason})}
		if err := folder.Append(&pipeline.Event{Noted: act}); err != nil {
			return err
		}
		_, err := attest(l, folder)
		return err
	})
}
