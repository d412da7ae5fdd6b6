package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

func newSuppress(c *console) *cobra.Command {
	return shelf("suppress", "", "Whom to leave alone: add, import, export, list, remove",
		"  osint compliance suppress list\n  osint compliance suppress add 'person:Jane Doe' --reason 'objected, Art. 21'",
		suppressAdd(c), suppressImport(c), suppressExport(c), suppressList(c), suppressRemove(c))
}

// A suppressing is what the flags say of new entries.
type suppressing struct {
	reason, source, expires string
}

func (s *suppressing) flags(cmd *cobra.Command) {
	reasonFlag(cmd, &s.reason)
	cmd.Flags().StringVar(&s.source, "source", "", "`TEXT`: who asked, or which register says so")
	cmd.Flags().StringVar(&s.expires, "expires", "", "`TIME`: such as 365d, or the last day that it holds (default: it never ends)")
}

func (s *suppressing) entry(cmd *cobra.Command, now time.Time) (e compliance.Entry, err error) {
	if err := needsReason(cmd, s.reason); err != nil {
		return e, err
	}
	e = compliance.Entry{Reason: s.reason, Source: s.source, Date: now.Truncate(time.Second)}
	if s.expires != "" {
		if e.Expires, err = until(s.expires, now); err != nil {
			return e, usage("--expires: %w", err)
		}
	}
	return e, nil
}

func suppressAdd(c *console) *cobra.Command {
	var s suppressing
	cmd := &cobra.Command{
		Use: "add ENTITY...", Short: "Put entities on this installation's list",
		Long: `What is kept is a keyed digest of each, why, by whose word, and until when; not
who. An e-mail address stands for itself with any +tag, a name for itself without
title, whatever its order, letters and marks, an account for its pages too;
docs/suppression.md says which spellings count. With - entities are read from stdin, one a
line: what is typed as an argument stays in the shell's history.

Name nobody in --reason and --source: both are kept in clear.`,
		Example: "  osint compliance suppress add jane@corp.example --reason 'objected, Art. 21'\n  osint compliance suppress add - --reason 'opted out' --source DROP",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("whom? type %s ENTITY --reason TEXT, or - to read them from stdin", cmd.CommandPath())
			}
			entry, err := s.entry(cmd, c.today())
			if err != nil {
				return err
			}
			list, err := c.unnamed(args)
			if err != nil {
				return err
			}
			return c.suppressed("add", s.reason, func(keys string) (compliance.Edit, error) { return compliance.Suppress(keys, list, entry) })
		},
	}
	s.flags(cmd)
	return cmd
}

// unnamed reads entities as they are typed; no error says who was meant.
func (c *console) unnamed(args []string) (out []pipeline.Entity, err error) {
	for i, text := range args {
		var list []pipeline.Entity
		where := fmt.Sprintf("entity %d", i+1)
		if text == "-" {
			where = "stdin"
			list, err = compliance.ReadEntities(c.in)
		} else if list, err = compliance.ReadEntities(strings.NewReader(text)); err == nil && len(list) != 1 || err != nil {
			err = fmt.Errorf("it can't be read as one: write kind:value, such as email:jane@corp.example or 'person:Jane Doe'")
		}
		if err != nil {
			return nil, usage("%s: %w", where, err)
		}
		out = append(out, list...)
	}
	if len(out) == 0 {
		return nil, usage("stdin holds no entities: write one a line")
	}
	return out, nil
}

func suppressImport(c *console) *cobra.Command {
	var s suppressing
	var name string
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Take in a list: one that was exported, or entities one a line", Args: exactly("a file: a list that was exported, or text with one entity a line"),
		Long: `A list that another installation exported brings its key, stays a list of its
own beside this installation's, and replaces the one of the same id that was
taken in before. Of a text each entity is digested and put on this
installation's list; the text is not kept. Remove it yourself.`,
		Example: "  osint compliance suppress import FILE --reason 'the group keeps one list' --name group",
		RunE: func(cmd *cobra.Command, args []string) error {
			entry, err := s.entry(cmd, c.today())
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return usage("%w", err)
			}
			defer f.Close()
			r := bufio.NewReader(f)
			head, _ := r.Peek(64)
			exported := compliance.IsSuppressions(head)
			switch {
			case exported && (s.source != "" || s.expires != ""):
				return usage("the list says itself who asked and until when: leave --source and --expires out")
			case !exported && name != "":
				return usage("--name: what is no exported list goes on this installation's own: leave the flag out")
			}
			return c.suppressed("import", s.reason, func(keys string) (compliance.Edit, error) {
				x, err := takeIn(keys, r, exported, name, entry)
				if err != nil {
					err = usage("%s: %w", args[0], err)
				}
				return x, err
			})
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&name, "name", "", "`NAME`: how an exported list is called here (default: its id)")
	return cmd
}

func takeIn(keys string, r io.Reader, exported bool, name string, entry compliance.Entry) (compliance.Edit, error) {
	if exported {
		return compliance.ImportSuppressions(keys, r, name)
	}
	list, err := compliance.ReadEntities(r)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("it holds no entities: write one a line")
	}
	if err != nil {
		return compliance.Edit{}, err
	}
	return compliance.Suppress(keys, list, entry)
}

func suppressExport(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export FILE", Short: "Write this installation's list for another one to take in", Args: exactly("a file to write"),
		Long: `The file holds the key of the list: whoever has it can try whether somebody is on
it. Hand it to those only who have to leave the same people alone.`,
		Example: "  osint compliance suppress export FILE",
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := os.Lstat(args[0]); err == nil {
				return usage("%s is there already: choose another name", args[0])
			}
			return c.suppressed("export", "", func(keys string) (compliance.Edit, error) {
				x, err := compliance.ExportSuppressions(keys, args[0])
				if err != nil {
					err = usage("%w", err)
				}
				return x, err
			})
		},
	}
	return cmd
}

func suppressRemove(c *console) *cobra.Command {
	var reason, list string
	cmd := &cobra.Command{
		Use: "remove [ENTITY...]", Short: "Take entities off this installation's list, or a whole list that was taken in",
		Long:    "On a list that was taken in an entity stays until that list is taken in without\nit. With - entities are read from stdin, one a line.",
		Example: "  osint compliance suppress remove jane@corp.example --reason 'took the objection back'\n  osint compliance suppress remove --list group --reason 'left the group'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) == (list == "") {
				return usage("write whom to take off the own list, or --list ID to take out one that was taken in")
			}
			if err := needsReason(cmd, reason); err != nil {
				return err
			}
			if list != "" {
				return c.suppressed("remove", reason, func(keys string) (compliance.Edit, error) {
					x, err := compliance.RemoveSuppressions(keys, list)
					if err != nil {
						err = usage("--list: %w", err)
					}
					return x, err
				})
			}
			entities, err := c.unnamed(args)
			if err != nil {
				return err
			}
			return c.suppressed("remove", reason, func(keys string) (compliance.Edit, error) {
				x, err := compliance.Unsuppress(keys, entities)
				if err == nil && x.Changed == 0 && len(x.Also) == 0 {
					err = usage("none of them is on a list")
				}
				return x, err
			})
		},
	}
	reasonFlag(cmd, &reason)
	cmd.Flags().StringVar(&list, "list", "", "`ID`: or name of a list that was taken in: all of it")
	return cmd
}

// suppressed does something to the lists, puts it on record and says what was
// done. The record has digests under the list's key, and nobody's name.
func (c *console) suppressed(operation, reason string, do func(keys string) (compliance.Edit, error)) error {
	var x compliance.Edit
	err := c.recording(func(l *audit.Ledger) (err error) {
		if x, err = do(c.places(true).keys()); err != nil || x.List == "" {
			return err
		}
		_, err = l.Append(audit.Act{Type: audit.Config, Body: audit.Body{"component": "suppression", "operation": operation, "path": listName(x.List, x.Name),
			"entries": x.Entries, "changed": x.Changed, "digests": x.Digests, "reason": reason}})
		if err != nil {
			err = fmt.Errorf("the list is changed, and that is not on record: %w", err)
		}
		return err
	})
	if err != nil {
		return err
	}
	if x.List != "" {
		word := map[string]string{"add": "put on", "import": "taken in as", "export": "exported from", "remove": "taken off"}[operation]
		fmt.Fprintf(c.out, "%s %s list %s, which has %d\n", countOf(x.Changed, "entity", "entities"), word, listName(x.List, x.Name), x.Entries)
	}
	if err := c.flush(); err != nil {
		return err
	}
	if len(x.Also) > 0 {
		c.say("osint: some stay suppressed, being on a list that was taken in: %s", strings.Join(x.Also, ", "))
	}
	return nil
}

// listName is how a list is called for people: by its id alone where it has no name
// of its own.
func listName(id, name string) string {
	if name == id {
		return id
	}
	return name + " (" + id + ")"
}
