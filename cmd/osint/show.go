package main

import (
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A section is one way of looking at a case.
type section struct {
	name string
	data func(*report.Document) any // for --json, under the section's name
	text func(*console, *report.Document) error
}

func sections() []section {
	return []section{
		{"findings", func(d *report.Document) any { return d.Findings }, (*console).showFindings},
		{"entities", func(d *report.Document) any { return d.Entities }, (*console).showEntities},
		{"relations", func(d *report.Document) any { return d.Observations }, (*console).showRelations},
		{"timeline", func(d *report.Document) any { return d.Timeline }, (*console).showTimeline},
		{"rulings", func(d *report.Document) any { return d.Rulings }, (*console).showRulings},
		{"sources", func(d *report.Document) any { return d.Collectors }, (*console).showSources},
	}
}

func sectionNames() (names []string) {
	for _, s := range sections() {
		names = append(names, s.name)
	}
	return append(names, "exchange")
}

func newShow(c *console) *cobra.Command {
	var asJSON, raw bool
	names := sectionNames()
	cmd := &cobra.Command{
		Use: "show CASE [SECTION]", GroupID: groupRead, Short: "Look into a case: its findings, entities, sources and proofs",
		Long:    "A SECTION is " + strings.Join(names[:len(names)-1], ", ") + ", or exchange ID, which\nprints one question and its answer as it was kept. Without one: the summary.",
		Example: "  osint show CASE findings\n  osint show CASE entities --csv > entities.csv\n  osint show CASE sources --json | jq '.sources[].outcomes'\n  osint show CASE exchange x0123456789abcdef0123 --raw",
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("osint show needs a case: osint cases list names them")
		}
		dir, err := c.find(args[0])
		if err != nil {
			return err
		}
		cs, err := pipeline.Read(dir)
		if err != nil {
			return err
		}
		if text := unfinished(cs, dir); text != "" {
			c.say("osint: %s", text)
		}
		doc := func(what string) (*report.Document, error) { return c.lookAt(cs, dir, what) }
		switch {
		case c.csv && (len(args) != 2 || args[1] == "exchange" || asJSON):
			return usage("--csv is of a section and stands alone: type osint show %s findings --csv", args[0])
		case len(args) == 1:
			d, err := doc("summary")
			if err != nil {
				return err
			}
			return c.overview(d, dir, asJSON)
		case args[1] == "exchange" && len(args) == 3:
			return c.showExchange(cs, dir, pipeline.ExchangeID(args[2]), asJSON, raw)
		case args[1] == "exchange":
			return usage("which exchange? type osint show %s exchange ID; the report's evidence lists the IDs", args[0])
		case len(args) > 2:
			return usage("%q is one word too many: type osint show %s %s", args[2], args[0], args[1])
		}
		if err := oneOf("section", args[1], names...); err != nil {
			return err
		}
		if args[1] == "rulings" {
			if err := c.voidApprovals(cs); err != nil {
				return err
			}
		}
		d, err := doc(args[1])
		if err != nil {
			return err
		}
		return c.section(d, args[1], asJSON)
	}
	jsonFlag(cmd, &asJSON)
	c.csvFlag(cmd)
	cmd.Flags().BoolVar(&raw, "raw", false, "of an exchange, the bytes of the answer and nothing else")
	return cmd
}

func (c *console) section(doc *report.Document, name string, asJSON bool) error {
	for _, s := range sections() {
		if s.name != name {
			continue
		}
		if asJSON {
			return c.json(ordered{{"schema_version", doc.SchemaVersion}, {"case", doc.Case.ID}, {name, s.data(doc)}})
		}
		return s.text(c, doc)
	}
	return nil
}

func (c *console) overview(doc *report.Document, dir string, asJSON bool) error {
	if asJSON {
		return c.json(ordered{{"schema_version", doc.SchemaVersion}, {"case", doc.Case}, {"summary", doc.Summary}, {"risk", doc.Risk}, {"coverage", doc.Coverage}})
	}
	files, err := reportsIn(dir)
	if err != nil {
		return err
	}
	summary(c.out, doc, dir, files, page{width: c.width(c.stdout), color: c.colored(c.stdout)})
	return nil
}
