package audit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// view makes, for one connection, the view log of [Query] over a ledger's
// entries. The file is left as it is.
func view(ctx context.Context, conn *sql.Conn, ledger string) error {
	for _, text := range []string{"PRAGMA temp_store = MEMORY", `CREATE TEMP VIEW log AS SELECT
		seq AS received, '` + strings.ReplaceAll(ledger, "'", "''") + `' AS ledger, seq, leaf_time(leaf) AS time,
		leaf_text(leaf, 'session') AS session, leaf_text(leaf, 'actor') AS actor, leaf_type(leaf) AS type, leaf_case(leaf) AS case_id,
		coalesce(leaf_text(leaf, 'body.subject'), leaf_text(leaf, 'body.target')) AS subject,
		leaf_text(leaf, 'body.collector') AS collector, leaf_text(leaf, 'body.source') AS source, leaf_outcome(leaf) AS outcome, leaf
		FROM main.entry`} {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// register gives SQLite, once, the functions that read leaves: its own for JSON
// take ten times as long, and what stands at a leaf's end need not be walked to.
// A leaf that they can't read is an error, which ends the query. strpos is
// PostgreSQL's.
var register = sync.OnceValue(func() error {
	add := func(name string, args int32, f func(args []driver.Value) (driver.Value, error)) error {
		return sqlite.RegisterFunction(name, &sqlite.FunctionImpl{NArgs: args, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) { return f(args) }})
	}
	of := func(name string, f func(leaf []byte) (driver.Value, error)) error {
		return add(name, 1, func(args []driver.Value) (driver.Value, error) {
			leaf, _ := args[0].([]byte)
			return f(leaf)
		})
	}
	return errors.Join(
		of("leaf_type", func(leaf []byte) (driver.Value, error) {
			s, err := ReadStub(leaf)
			return plain(s.Type), err
		}),
		of("leaf_case", func(leaf []byte) (driver.Value, error) {
			s, err := ReadStub(leaf)
			if s.Case == nil {
				return nil, err
			}
			return plain(s.Case), err
		}),
		of("leaf_time", func(leaf []byte) (driver.Value, error) {
			s, err := ReadStub(leaf)
			return momentOf(s.TS), err
		}),
		of("leaf_outcome", func(leaf []byte) (driver.Value, error) {
			text, err := lookup(leaf, "body.outcome")
			if err == nil && text == nil {
				return verdictsOf(leaf)
			}
			return textOrNull(text, err)
		}),
		add("leaf_text", 2, func(args []driver.Value) (driver.Value, error) {
			leaf, _ := args[0].([]byte)
			name, _ := args[1].(string)
			return textOrNull(lookup(leaf, name))
		}),
		add("strpos", 2, func(args []driver.Value) (driver.Value, error) {
			in, ok := args[0].(string)
			what, also := args[1].(string)
			if !ok || !also {
				return nil, nil
			}
			return int64(strings.Index(in, what) + 1), nil
		}))
})

// textOrNull is a value of a leaf as SQL has it: a string as it reads.
func textOrNull(value []byte, err error) (driver.Value, error) {
	if value == nil || err != nil {
		return nil, err
	}
	if value[0] == '"' {
		return plain(value[1 : len(value)-1]), nil
	}
	return string(value), nil
}

// lastMoment is what a time beyond the year 9999 is compared as.
const lastMoment = "9999-12-31T23:59:59.999Z"

func momentOf(ms int64) string {
	if at := time.UnixMilli(ms).UTC(); at.Year() < 10000 {
		return at.Format(logTime)
	}
	return lastMoment
}

func verdictsOf(leaf []byte) (driver.Value, error) {
	body, err := lookup(leaf, "body")
	if err != nil || body == nil {
		return nil, err
	}
	list := verdicts(body)
	if len(list) == 0 {
		return nil, nil
	}
	return strings.Join(list, ","), nil
}
