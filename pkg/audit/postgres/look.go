package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Seen is what a server says of itself, and of one ledger, to somebody who
// only looks.
type Seen struct {
	Version string        // of PostgreSQL
	Entries int64         // of the ledger, received
	Last    time.Time     // when the server last received some; zero if it knows no such ledger
	Took    time.Duration // to connect and to answer
}

// Look connects and reads, and changes nothing. ledger is a ledger's id, "" if
// there is none. Its error is an *[Error]: of kind [Rollback] where the server
// shows less than it confirmed.
func (c *Config) Look(ctx context.Context, ledger string) (Seen, error) {
	var s Seen
	began := time.Now()
	conn, err := c.Connect(ctx)
	if err != nil {
		return s, classify(c.String(), err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&s.Version); err != nil {
		return s, classify(c.String(), err)
	}
	err = conn.QueryRow(ctx, "SELECT next, last_received FROM audit.ledger WHERE ledger_id::text = $1", ledger).Scan(&s.Entries, &s.Last)
	s.Took = time.Since(began)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		err = nil
	case err == nil:
		var x extent
		if x, err = extentOf(ctx, conn, ledger); err == nil && x.seen && !x.whole() {
			err = &Error{Rollback, c.String(), fmt.Errorf("it confirmed %d entries of this ledger, and shows %d of them", x.next, x.entries)}
		}
	}
	return s, classify(c.String(), err)
}
