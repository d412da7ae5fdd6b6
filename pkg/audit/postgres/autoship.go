package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit"
)

const (
	autoConnect = 3 * time.Second // until a server answers
	autoAll     = 6 * time.Second // until it has what it lacks
)

// An Outcome says what shipping after a run came to.
type Outcome struct {
	Shipped
	Waiting int64 // entries that are not there yet
	Err     error // why; nil if all are there
}

// AutoShip ships after a run, when nobody waits for anything else: for a few
// seconds at most, after which what remains waits for the next time. Nothing is
// lost by it; the ledger keeps the error too.
func AutoShip(ctx context.Context, l *audit.Ledger, d Dest) Outcome {
	return autoShip(ctx, l, d, autoConnect, autoAll)
}

func autoShip(ctx context.Context, l *audit.Ledger, d Dest, connect, all time.Duration) (out Outcome) {
	ctx, cancel := context.WithTimeout(ctx, all)
	defer cancel()
	patient := d.Connect
	d.Connect = func(ctx context.Context) (*pgx.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connect)
		defer cancel()
		return patient(ctx)
	}
	out.Shipped, out.Err = Ship(ctx, l, d, ShipOptions{})
	if out.Err == nil {
		_, out.Err = Project(ctx, d, out.Ledger)
	}
	if waiting, err := Waiting(ctx, l, d); err == nil {
		out.Waiting = waiting
	}
	return out
}

// Waiting returns how many entries a place is not known to have.
func Waiting(ctx context.Context, l *audit.Ledger, d Dest) (int64, error) {
	s, err := l.Reader()
	if err != nil {
		return 0, err
	}
	defer s.Close()
	return waiting(ctx, s, d)
}

func waiting(ctx context.Context, s *audit.Reader, d Dest) (int64, error) {
	size, err := s.Size()
	if err != nil {
		return 0, err
	}
	all, err := s.Shipments(context.WithoutCancel(ctx))
	for _, x := range all {
		if x.Dest == d.Name {
			size -= x.Next
		}
	}
	return size, err
}

// String says in one line what its reader should know; "" if all is well.
func (o Outcome) String() string {
	if o.Err == nil {
		return ""
	}
	var e *Error
	switch errors.As(o.Err, &e); {
	case e != nil && e.Kind == Unreachable && o.Waiting > 0:
		return fmt.Sprintf("%v: %d entries of the record wait; send them with: osint audit ship", o.Err, o.Waiting)
	case e != nil && e.Kind == Unreachable:
		return fmt.Sprintf("%v: its tables are behind its entries; bring them up with: osint audit ship", o.Err)
	}
	return "the record was not shipped: " + o.Err.Error()
}
