package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"osint/pkg/audit"
)

// A Dest is where a ledger is shipped to.
type Dest struct {
	Name    string // host, port and database, without credentials: it goes on record
	Connect func(context.Context) (*pgx.Conn, error)
}

// Dest returns the server as a place to ship to.
func (c *Config) Dest() Dest { return Dest{c.String(), c.Connect} }

// ShipOptions say how much is sent, and by whose clock.
type ShipOptions struct {
	All     bool             // from entry 0 on: the server holds each against what it has
	Compare bool             // each entry that the server has with this ledger's, and not only how many
	Now     func() time.Time // nil: the machine's clock

	batch int               // entries of one transaction; 0 is batchSize
	step  func(name string) // for tests that end the process there
}

// A Shipped says what a shipment came to.
type Shipped struct {
	Dest   string
	Ledger string
	First  int64 // entries from here …
	Next   int64 // … up to here, which is not among them, were sent and committed
	Root   tlog.Hash
	Lost   int64 // entries that the server had acknowledged before, and lacked; they were sent again
}

// Ship copies to a server what it lacks of a ledger, and returns when that is
// committed there and noted here. That entries go there is an entry too, which
// goes with them. What fails is an *[Error]; or it is this machine's ledger. A
// process that is ended at any moment has lost nothing, and leaves nothing that
// the next does not put right; two at once take turns.
//
// The entries are the record; the tables that people read are brought up to them
// by [Project], after.
//
// Before and after, the server's entries are counted: what it confirmed, it
// shows. One that lacks what it had acknowledged gets it again, and that it did
// is an entry here; Ship returns an error of kind [Rollback] with it nonetheless,
// once. An entry that was rewritten there is an [Altered], and nothing is sent.
func Ship(ctx context.Context, l *audit.Ledger, d Dest, o ShipOptions) (Shipped, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.step == nil {
		o.step = func(string) {}
	}
	if o.batch == 0 {
		o.batch = batchSize
	}
	spool, err := l.Reader()
	if err != nil {
		return Shipped{}, err
	}
	defer spool.Close()
	s := &shipment{l: l, spool: spool, d: d, o: o}
	s.done = Shipped{Dest: d.Name, Ledger: spool.ID}
	err = s.ship(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = classify(d.Name, err)
	}
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) && !s.idle(err) {
		why := err.Error()
		if e := (*Error)(nil); errors.As(err, &e) {
			why = e.Text()
		}
		if e := l.NotShipped(d.Name, o.Now(), why); e != nil {
			err = errors.Join(err, e)
		}
	}
	return s.done, err
}

// idle reports whether a server could not be reached, and nothing waits for it.
func (s *shipment) idle(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Kind != Unreachable {
		return false
	}
	waiting, err := waiting(context.Background(), s.spool, s.d)
	return err == nil && waiting == 0
}

// A shipment is one run of Ship.
type shipment struct {
	l     *audit.Ledger
	spool *audit.Reader
	d     Dest
	o     ShipOptions
	done  Shipped
}

func (s *shipment) ship(ctx context.Context) error {
	first, err := s.lane(ctx)
	if err != nil {
		return err
	}
	defer first.close()
	s.o.step("connected")
	confirmed, err := s.confirmed(ctx)
	if err != nil {
		return err
	}
	had, err := first.holds(ctx)
	if err != nil {
		return err
	}
	if err := s.agree(ctx, first, had); err != nil {
		return err
	}
	lost, err := s.examine(ctx, first)
	if err != nil {
		return err
	}
	s.done.Lost = max(0, confirmed-had.next) + lost.entries
	if err := s.announce(ctx, had.next); err != nil {
		return err
	}
	to, err := s.l.Sign()
	if err != nil {
		return err
	}
	s.o.step("announced")
	from := had.next
	if s.o.All {
		from = 0
	} else if lost.entries > 0 {
		from = lost.first
	}
	s.done.First, s.done.Next = from, from
	if err := s.send(ctx, first, from, to); err != nil {
		return err
	}
	if err := s.reseal(ctx, first, lost.notes); err != nil {
		return err
	}
	if from < to.Size || len(lost.notes) > 0 { // else it was counted just now
		if err := s.confirm(ctx, first, to.Size); err != nil {
			return err
		}
	}
	if from == to.Size { // nothing was sent: what is there is acknowledged all the same
		s.done.Root = to.Root
		if err := s.acknowledged(to.Size, to.Root); err != nil {
			return err
		}
	}
	return lostError(s.d.Name, s.done.Lost, len(lost.notes))
}

// acknowledged keeps the server's receipt.
func (s *shipment) acknowledged(size int64, root tlog.Hash) error {
	return s.l.Acknowledged(audit.Receipt{Dest: s.d.Name, Size: size, Root: root, At: s.o.Now()})
}

// announce records that what waits goes to the server, unless that is on record
// already, or nothing waits but such records. So the last entry that is sent
// says to whom all before it were disclosed, before it is.
func (s *shipment) announce(ctx context.Context, next int64) error {
	size, err := s.spool.Size()
	if err != nil {
		return err
	}
	due, err := s.spool.NewsSince(ctx, next, size, s.d.Name)
	if err != nil || !due && s.done.Lost == 0 {
		return err
	}
	root, err := s.spool.Root(size)
	if err != nil {
		return err
	}
	body := audit.Body{"dest": s.d.Name, "size": size, "root": root.String(), "audience": "organisation"} // entries hold people as tokens alone
	if s.done.Lost > 0 {
		body["lost"] = s.done.Lost
	}
	_, err = s.l.Append(audit.Act{Type: audit.Ship, Body: body})
	return err
}
