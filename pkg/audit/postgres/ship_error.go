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
	Fork        Kind = "fork"        // the server has other entries of this ledger: a copy of it was written to, or one of them was rewritten
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
	Unprepared: ": make the schema as its owner, with: osint audit migrate",
}

func lostError(n int64) error {
	return fmt.Errorf("the server lacked %d entries that it had acknowledged; they were sent again, and that is on record: find out who removed them, or that it was restored", n)
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
