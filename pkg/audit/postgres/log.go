package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/stdlib"

	"osint/pkg/audit"
)

// OpenLog reads what the login may see of the entries that were shipped to a
// server. Errors are of type [*Error], or an [*audit.Damaged] if an entry there
// is no leaf.
func OpenLog(ctx context.Context, c *Config) (*audit.Log, error) {
	config := c.pool.ConnConfig.Copy()
	config.RuntimeParams["search_path"] = "audit"
	config.RuntimeParams["default_transaction_read_only"] = "on"
	config.RuntimeParams["statement_timeout"] = "0" // a reader may stop to look
	db := stdlib.OpenDB(*config)
	means := func(err error) error {
		if errors.Is(err, context.Canceled) {
			return err
		}
		return classify(c.String(), err)
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "SELECT FROM audit.log LIMIT 0") // by its full name: what is wrong is told apart
	}
	if err == nil {
		var none bool
		var login string
		if err = conn.QueryRowContext(ctx, teamless).Scan(&none, &login); err == nil && none {
			err = noTeam(c.String(), login)
		}
	}
	if err != nil {
		db.Close()
		return nil, means(err)
	}
	return audit.NewLog(c.String(), conn, db.Close, means), nil
}
