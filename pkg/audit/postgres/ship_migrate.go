package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// MigrateAt connects to a server and does what [Migrate] does. The error is an
// *[Error]; where the login may not, it holds the SQL that lets it.
func MigrateAt(ctx context.Context, c *Config, team string) (taken []Migration, err error) {
	err = c.asMigrator(ctx, func(conn *pgx.Conn) (err error) {
		taken, err = Migrate(ctx, conn, team)
		return err
	})
	return taken, err
}

// RebuildAt connects to a server and does what [Rebuild] does. The error is an
// *[Error].
func RebuildAt(ctx context.Context, c *Config) (entries int64, err error) {
	err = c.asMigrator(ctx, func(conn *pgx.Conn) (err error) {
		entries, err = Rebuild(ctx, conn)
		return err
	})
	return entries, err
}

func (c *Config) asMigrator(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := c.Connect(ctx)
	if err != nil {
		return classify(c.String(), err)
	}
	defer (&lane{c: conn}).close()
	if _, err = conn.Exec(ctx, "SET statement_timeout = 0"); err == nil { // a rebuild may take long
		err = do(conn)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" { // insufficient_privilege
		config := conn.Config()
		login, database := pgx.Identifier{config.User}.Sanitize(), pgx.Identifier{config.Database}.Sanitize()
		return &Error{Refused, c.String(), fmt.Errorf("%s: migrate as a superuser, or let one type: ALTER ROLE %s CREATEROLE; GRANT CREATE ON DATABASE %s TO %s", pg.Message, login, database, login)}
	}
	return classify(c.String(), err)
}
