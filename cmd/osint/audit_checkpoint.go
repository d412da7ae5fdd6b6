package main

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
)

// auditCheckpoint prints the newest checkpoint, for others to keep.
func auditCheckpoint(c *console) *cobra.Command {
	var to string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "checkpoint", Short: "Print the newest checkpoint, or append it to a file that others keep", Args: exactly(),
		Long: `A checkpoint is the size and the root of the record, signed: the text that C2SP's
tlog-checkpoint describes, which witnesses and monitors take. It tells nothing
of what the record holds. Kept where whoever runs osint can't change it, it is
an anchor: osint audit verify --anchor FILE then shows a record that was cut or
written anew.`,
		Example: "  osint audit checkpoint\n  osint audit checkpoint --append osint.checkpoints",
		RunE: func(cmd *cobra.Command, _ []string) error {
			newest, err := c.checkpoint(cmd.Context())
			if err == nil && to != "" {
				err = audit.FileAnchor(to).Append(newest)
			}
			switch {
			case to != "" && errors.Is(err, fs.ErrNotExist):
				return usage("--append: %w", err)
			case err != nil:
				return err
			case asJSON:
				return c.json(map[string]any{"origin": newest.Origin, "size": newest.Size, "root": base64.StdEncoding.EncodeToString(newest.Root[:]), "note": string(newest.Note)})
			}
			_, err = c.out.Write(newest.Note)
			return err
		},
	}
	cmd.Flags().StringVar(&to, "append", "", "`FILE`: append it to this file too")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// checkpoint reads the newest one that there is.
func (c *console) checkpoint(ctx context.Context) (audit.Checkpoint, error) {
	r, err := audit.OpenReader(c.places(false).audit())
	if err != nil {
		return audit.Checkpoint{}, err
	}
	defer r.Close()
	return r.Newest(ctx)
}
