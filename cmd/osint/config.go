package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/pipeline/rule"
	"osint/pkg/report"
)

func newConfig(c *console) *cobra.Command {
	cmd := shelf("config", "", "Settings that hold without being typed: get, set and explain them",
		"  osint config set investigate.profile passive-only\n  osint config explain investigate.profile",
		configGet(c), configSet(c), configUnset(c), configExplain(c), configList(c), configCheck(c), configPath(c))
	cmd.Long = `A KEY is a flag's name, or that of one command and its flag: color, or
investigate.depth.`
	cmd.Annotations[filesPage] = "yes"
	for _, sub := range cmd.Commands() {
		sub.Annotations = map[string]string{configless: "yes"}
	}
	return cmd
}

func configGet(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "get KEY", Short: "Print the value that a flag has when it is not typed", Args: exactly("a key, such as investigate.profile"),
		Example: "  osint config get investigate.profile",
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := c.look(cmd.Root(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(k)
			}
			for _, v := range k.Layers[0].Values {
				fmt.Fprintln(c.out, report.Safe(v))
			}
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func configExplain(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "explain KEY", Short: "Say where a flag's value comes from, and what stands behind it", Args: exactly("a key, such as investigate.profile"),
		Example: "  osint config explain investigate.profile\n  osint config explain color --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := c.look(cmd.Root(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(k)
			}
			t := table{header: []string{"", "value", "from"}}
			for i, l := range k.Layers {
				mark := "holds"
				if i > 0 {
					mark = "hidden"
				}
				t.add(mark, l.text(), l.Origin)
			}
			fmt.Fprintf(c.out, "%s\n\n", k.Key)
			return c.table(t)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func configList(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List what the configuration files say", Args: exactly(), Example: "  osint config list",
		RunE: func(cmd *cobra.Command, _ []string) error { return c.listSettings(cmd.Root(), asJSON) },
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func configCheck(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check", Short: "Say what is wrong in the configuration files, with file and line; exit code 2", Args: exactly(),
		Example: "  osint config check",
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := c.sheets(cmd.Root())
			if err == nil {
				err = checkNames(files)
			}
			if err != nil {
				return usage("%w", err)
			}
			if asJSON {
				return c.json(map[string]any{"valid": true, "files": describeSheets(files)})
			}
			for _, s := range files {
				if s.there {
					fmt.Fprintf(c.out, "%s is sound: %s\n", report.Safe(shortPath(s.path)), count(len(s.settings), "setting"))
				}
			}
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func configPath(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "path", Short: "Say where the configuration files are, or would be", Args: exactly(), Example: "  osint config path",
		RunE: func(*cobra.Command, []string) error {
			rows := describeSheets([]*sheet{c.projectSheet(), c.userSheet()})
			if asJSON {
				return c.json(map[string]any{"files": rows})
			}
			t := table{header: []string{"file", "there", "path"}}
			for _, r := range rows {
				t.add(r.Kind, yesNo(r.There), r.Path)
			}
			return c.table(t)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// checkNames says which profiles and worlds in the files there are not.
func checkNames(files []*sheet) error {
	var errs []error
	for _, s := range files {
		for _, x := range s.settings {
			for _, v := range x.values {
				if err := sound(x.flag.Name, v); err != nil {
					errs = append(errs, fmt.Errorf("%s: %s: %w", x.at, x.key(), err))
				}
			}
		}
	}
	return rule.Join(errs...)
}

type sheetRow struct {
	Kind     string `json:"kind"` // project or user
	Path     string `json:"path"`
	There    bool   `json:"there"`
	Settings int    `json:"settings"`
}

func describeSheets(files []*sheet) (rows []sheetRow) {
	for _, s := range files {
		kind := "user"
		if s.project {
			kind = "project"
		}
		info, err := os.Lstat(s.path)
		rows = append(rows, sheetRow{kind, s.path, err == nil && !info.IsDir(), len(s.settings)})
	}
	return rows
}

func (c *console) listSettings(root *cobra.Command, asJSON bool) error {
	files, err := c.sheets(root)
	if err != nil {
		return usage("%w", err)
	}
	type row struct {
		Key    string   `json:"key"`
		Values []string `json:"values"`
		Origin string   `json:"origin"`
	}
	rows := []row{}
	t := table{header: []string{"key", "value", "from"}}
	for _, s := range files {
		for _, x := range s.settings {
			rows = append(rows, row{x.key(), x.values, x.at})
			t.add(x.key(), strings.Join(x.values, ", "), x.at)
		}
	}
	if asJSON {
		return c.json(map[string]any{"settings": rows})
	}
	if len(rows) == 0 {
		c.say("nothing is set: osint config set KEY VALUE sets something")
		return nil
	}
	return c.table(t)
}

// A keyed is what is known of one key: the value that holds first, then those
// behind it.
type keyed struct {
	Key     string   `json:"key"`
	Command string   `json:"command,omitempty"` // "" is every command
	Values  []string `json:"values"`
	Origin  string   `json:"origin"`
	Layers  []valued `json:"layers"`
}

type valued struct {
	Values []string `json:"values"`
	Origin string   `json:"origin"`
}

func (v valued) text() string {
	if len(v.Values) == 0 {
		return "nothing"
	}
	return strings.Join(v.Values, ", ")
}

// look finds what a key's value is, were its flag not typed.
func (c *console) look(root *cobra.Command, key string) (*keyed, error) {
	command, f, err := findKey(root, key)
	if err != nil {
		return nil, err
	}
	files, err := c.sheets(root)
	if err != nil {
		return nil, usage("%w", err)
	}
	k := &keyed{Key: keyOf(command, f.Name), Command: command}
	if g, ok := environment(c.getenv)(f); ok {
		k.Layers = append(k.Layers, valued{g.values, g.origin})
	}
	project, user := files[0].of(command, f), files[1].of(command, f)
	switch g, counts := narrowing(files[0].layer(command), files[1].layer(command))(f); {
	case counts:
		project[0] = valued{g.values, g.origin}
		k.Layers = slices.Concat(k.Layers, project, user)
	default: // it says nothing, or what the user's own says is narrower
		k.Layers = slices.Concat(k.Layers, user, project)
	}
	k.Layers = append(k.Layers, valued{defaults(f), "default"})
	k.Values, k.Origin = k.Layers[0].Values, k.Layers[0].Origin
	return k, nil
}

func defaults(f *pflag.Flag) []string {
	text := f.DefValue
	if _, list := f.Value.(pflag.SliceValue); list {
		if text = strings.Trim(text, "[]"); text == "" {
			return []string{}
		}
		return strings.Split(text, ",")
	}
	return []string{text}
}

// of returns what a sheet says of a flag in a command, what counts first.
func (s *sheet) of(command string, f *pflag.Flag) (all []valued) {
	for _, at := range slices.Compact([]string{command, ""}) {
		for _, x := range s.settings {
			if x.flag.Name == f.Name && x.command == at {
				all = append(all, valued{x.values, x.at})
			}
		}
	}
	return all
}

// findKey understands what was typed as a key.
func findKey(root *cobra.Command, key string) (command string, f *pflag.Flag, err error) {
	flags := allFlags(root)
	name := key
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		command, name = strings.ReplaceAll(key[:i], ".", " "), key[i+1:]
		if flags, err = flagsOf(root, command); err != nil {
			return "", nil, usage("%w", err)
		}
	}
	if f, err = flagNamed(flags, name); err != nil {
		return "", nil, usage("%w", err)
	}
	return command, f, nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
