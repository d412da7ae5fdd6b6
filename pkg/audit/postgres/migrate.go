package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock that two migrations of one database take
// in turn.
const migrationLock = 0x6f73696e61756469 // "osinaudi"

// A Migration is one step of the schema.
type Migration struct {
	Version int
	Name    string
	SHA256  string // of the text, hex
	text    string
}

// Migrations returns the steps that this program knows, in order.
func Migrations() []Migration {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		panic(err) // they are embedded
	}
	var ms []Migration
	for _, f := range files {
		number, name, _ := strings.Cut(strings.TrimSuffix(f.Name(), ".sql"), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			continue // roles.sql
		}
		text, _ := migrations.ReadFile("migrations/" + f.Name())
		sum := sha256.Sum256(text)
		ms = append(ms, Migration{version, name, hex.EncodeToString(sum[:]), string(text)})
	}
	return ms
}

// Migrate brings the schema to what this program knows, and returns the steps
// that it took: none if there was nothing to do. Each step is a transaction;
// two that migrate at once take turns. It wants a superuser, or a login with
// CREATEROLE that may create a schema in the database. The roles' owner,
// osint_owner, owns all; the login keeps none of the owner's rights.
//
// While no member is known, the login is admitted to the team, with the highest
// clearance, so that one who migrates and ships alone need do no more. Team ""
// is "default".
func Migrate(ctx context.Context, c *pgx.Conn, team string) ([]Migration, error) {
	var done []Migration
	for _, m := range Migrations() {
		took, err := step(ctx, c, m)
		if err != nil {
			return done, fmt.Errorf("migrate the schema audit to %04d_%s: %w", m.Version, m.Name, err)
		}
		if took {
			done = append(done, m)
		}
	}
	if team == "" {
		team = "default"
	}
	return done, again(ctx, func() error { return settle(ctx, c, team) })
}

var teamForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// ValidTeam reports whether a team may be called so.
func ValidTeam(name string) bool { return teamForm.MatchString(name) }

// Version returns the newest step that the database has taken: 0 if none. Any
// role of ours may ask. Where it is less than that of the last of [Migrations],
// somebody has to migrate; where it is more, this program is old.
func Version(ctx context.Context, c *pgx.Conn) (version int, err error) {
	err = c.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM audit.migration").Scan(&version)
	var e *pgconn.PgError
	if errors.As(err, &e) && (e.Code == "3F000" || e.Code == "42P01") { // no such schema, no such table
		return 0, nil
	}
	return version, err
}

// Rebuild empties the six projections of every team and makes them anew from
// the entries, and returns how many entries that were. It wants what [Migrate]
// wants.
func Rebuild(ctx context.Context, c *pgx.Conn) (entries int64, err error) {
	err = again(ctx, func() error {
		return asOwner(ctx, c, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, "SELECT audit.project(NULL, true)").Scan(&entries)
		})
	})
	if err != nil {
		return 0, fmt.Errorf("rebuild the tables of the schema audit: %w", err)
	}
	return entries, nil
}

// step takes one step, unless it was taken.
func step(ctx context.Context, c *pgx.Conn, m Migration) (took bool, err error) {
	err = again(ctx, func() error {
		return asOwner(ctx, c, func(tx pgx.Tx) error {
			var sum string
			err := tx.QueryRow(ctx, "SELECT sha256 FROM audit.migration WHERE version = $1", m.Version).Scan(&sum)
			if took = errors.Is(err, pgx.ErrNoRows); !took {
				if err == nil && sum != m.SHA256 {
					err = errors.New("it was taken with another text, by another build of osint: migrate with that one")
				}
				return err
			}
			if _, err := tx.Exec(ctx, m.text); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "INSERT INTO audit.migration (version, name, sha256) VALUES ($1, $2, $3)", m.Version, m.Name, m.SHA256)
			return err
		})
	})
	return took, err
}

// settle makes the partitions that are due and admits the first member.
func settle(ctx context.Context, c *pgx.Conn, team string) error {
	return asOwner(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT audit.ensure_partitions()"); err != nil {
			return err
		}
		first, err := tx.Exec(ctx, `INSERT INTO audit.member (login, team_id, clearance) SELECT session_user, $1, 4 WHERE NOT EXISTS (SELECT FROM audit.member)`, team)
		if err != nil || first.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, firstRoles)
		return err
	})
}

// firstRoles grants the first member what a superuser has without: where the
// roles are not its to grant, who made them must.
const firstRoles = `
RESET ROLE;
DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user) THEN
        GRANT osint_ship, osint_analyst, osint_admin TO CURRENT_USER;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN NULL;
END
$$`

// asOwner runs f in a transaction as osint_owner, alone among migrations.
func asOwner(ctx context.Context, c *pgx.Conn, f func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		roles, err := migrations.ReadFile("migrations/roles.sql")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, string(roles)); err != nil {
			return err
		}
		var may bool
		const asked = `SELECT pg_has_role(current_user, 'osint_owner', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)`
		if err := tx.QueryRow(ctx, asked).Scan(&may); err != nil {
			return err
		}
		if !may {
			if _, err := tx.Exec(ctx, "GRANT osint_owner TO CURRENT_USER"); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, schema); err != nil {
			return err
		}
		if err := f(tx); err != nil || may {
			return err
		}
		_, err = tx.Exec(ctx, "RESET ROLE; REVOKE osint_owner FROM CURRENT_USER")
		return err
	})
}

// schema is what the steps are recorded in. It leaves the owner's role on
// until the transaction ends.
const schema = `
SET LOCAL statement_timeout = 0; -- a step takes as long as it takes
CREATE SCHEMA IF NOT EXISTS audit AUTHORIZATION osint_owner;
SET LOCAL ROLE osint_owner;
CREATE TABLE IF NOT EXISTS audit.migration (
    version    int PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_by text NOT NULL DEFAULT session_user,
    applied_at timestamptz NOT NULL DEFAULT now()
)`

// again repeats f while the server says that another changed the same roles or
// rows at that moment.
func again(ctx context.Context, f func() error) error {
	for i := 0; ; i++ {
		err := f()
		var e *pgconn.PgError
		if err == nil || i == 20 || !errors.As(err, &e) || !(e.Code == "40001" || e.Code == "40P01" ||
			e.Code == "XX000" && strings.Contains(e.Message, "concurrently")) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(10+10*i) * time.Millisecond):
		}
	}
}
