package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// A Kind says what an [Error] means for the record.
type Kind string

// The kinds.
const (
	Fork        Kind = "fork"        // the server has other entries of this ledger: a copy of it was written to
	Altered     Kind = "altered"     // the server's entries are not what it received
	Gap         Kind = "gap"         // an entry would be left out
	Rollback    Kind = "rollback"    // one of both lacks entries that it had
	Unreachable Kind = "unreachable" // there is no server, or it can't take anything now
	Refused     Kind = "refused"     // the login may not
	Unprepared  Kind = "unprepared"  // the schema is not there, or older
	Rejected    Kind = "rejected"    // the server takes no such entry
)

// An Error is why a ledger could not be shipped, or not be held against what a
// server has. It never holds a password.
type Error struct {
	Kind Kind
	Dest string
	Err  error
}

func (e *Error) Error() string { return e.Dest + ": " + e.Text() }

// Text says what is wrong, in one line, without where.
func (e *Error) Text() string  { return strings.ReplaceAll(e.Err.Error(), "\n", "; ") + advice[e.Kind] }
func (e *Error) Unwrap() error { return e.Err }

// advice is what to do, and to type.
var advice = map[Kind]string{
	Fork:       ": two ledgers go by one name; find out who wrote the other, with: osint audit verify --anchor pg",
	Altered:    ": this ledger is as it was; keep the server's as evidence, and restore it from a backup",
	Unprepared: ": make the schema as its owner, with: osint audit migrate",
}

// lostError says what a server lacked, and has again; nil if that is nothing.
func lostError(dest string, entries int64, notes int) error {
	var err error
	switch {
	case entries > 0:
		err = fmt.Errorf("the server lacked %s that it had confirmed, and got them again, which is on record: find out who removed them, or that it was restored", some(entries, "entry", "entries"))
	case notes > 0:
		err = fmt.Errorf("the server lacked %s that it had confirmed, and got them again: find out who removed them", some(int64(notes), "checkpoint", "checkpoints"))
	default:
		return nil
	}
	return &Error{Rollback, dest, err}
}

// some counts.
func some(n int64, one, many string) string {
	if n != 1 {
		one = many
	}
	return fmt.Sprintf("%d %s", n, one)
}

// classify says what an error of the server or of the way there means. An error
// that is classified stays as it is.
func classify(dest string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		var connect *pgconn.ConnectError
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.New("no answer in time")
		} else if errors.As(err, &connect) { // who asks is nobody's business
			err = connect.Unwrap()
		}
		return &Error{Unreachable, dest, err}
	}
	said := pg.Message
	if pg.Hint != "" {
		said += " (" + pg.Hint + ")"
	}
	return &Error{kindOf(pg.Code), dest, &serverError{said, pg}}
}

// A serverError is what a server said, in its words.
type serverError struct {
	text string
	pg   *pgconn.PgError
}

func (e *serverError) Error() string { return e.text + " [" + e.pg.Code + "]" }
func (e *serverError) Unwrap() error { return e.pg }

// kindOf maps a SQLSTATE. What is not known is taken for something that passes:
// it is tried again.
func kindOf(code string) Kind {
	switch code {
	case "OA001":
		return Fork
	case "OA002":
		return Gap
	case "OA003", "42501": // insufficient_privilege
		return Refused
	case "OA004", "23514": // check_violation
		return Rejected
	case "3F000", "42P01", "42883", "42703": // no such schema, table, function, column
		return Unprepared
	}
	if strings.HasPrefix(code, "28") { // authorization
		return Refused
	}
	return Unreachable
}
