package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Project has a server bring the tables that people read up to the entries that
// it has of a ledger, and returns how many it took in. What is cut off or fails
// is lost to nobody: the next call makes up for it. The error is an *[Error].
func Project(ctx context.Context, d Dest, ledger string) (entries int64, err error) {
	err = NewAnchor(d).ask(ctx, func(c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "SET statement_timeout = 0"); err != nil { // a backlog may take long: ctx ends it
			return err
		}
		for { // what is done is committed, however long the rest takes
			var n int64
			if err := c.QueryRow(ctx, "SELECT audit.project($1, false, 50000)", ledger).Scan(&n); err != nil || n == 0 {
				return err
			}
			entries += n
		}
	})
	return entries, err
}
