package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
)

// TestMatrix has the rows of the tamper matrix that are about the server.
func TestMatrix(t *testing.T) {
	dsn := migrated(t)
	for name, row := range map[string]func(t *testing.T, dsn string){
		"14-copied-machine":      copiedMachine,
		"15-sent-again":          sentAgain,
		"16-sent-again-changed":  sentAgainChanged,
		"17-entry-skipped":       entrySkipped,
		"18-receiver-lost-rows":  receiverLostRows,
		"19-role-refused":        roleRefused,
		"20-superuser-deletes":   superuserDeletes,
		"20-superuser-rewrites":  superuserRewrites,
		"28-clock-set-back":      clockSetBack,
		"36-anchor-unreachable":  anchorUnreachable,
		"12-older-copy-restored": olderCopy,
		"12-both-went-on":        bothWentOn,
		"18-receiver-dropped":    receiverDropped,
		"19-another-login-asks":  anotherAsks,
	} {
		t.Run(name, func(t *testing.T) { row(t, dsn) })
	}
}

// Two machines with one ledger: the first that ships wins, the other is told.
func copiedMachine(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 100)
	l.Close()
	l, twin := ledger(t, dir), ledger(t, copied(t, dir))
	fill(t, l, 10)
	fill(t, twin, 50)
	shippedAll(t, l, d, ShipOptions{})
	_, err := Ship(t.Context(), twin, d, ShipOptions{})
	kind(t, err, Fork)
	fill(t, l, 100)
	shippedAll(t, l, d, ShipOptions{})
	_, err = Ship(t.Context(), twin, d, ShipOptions{}) // the shorter one now
	kind(t, err, Fork)
}

// A backup of the ledger in place of it, which lacks what was shipped.
func olderCopy(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 100)
	l.Close()
	old := copied(t, dir)
	l = ledger(t, dir)
	fill(t, l, 100)
	shippedAll(t, l, d, ShipOptions{})
	back := ledger(t, old)
	_, err := Ship(t.Context(), back, d, ShipOptions{})
	kind(t, err, Rollback)
	back.Close()
	verdict(t, old, d, audit.SetBackTo)
	advises(t, old, d, "the record was set back", "osint audit recover")
}

// Two copies of a machine that both go on: whatever their lengths, it is a fork.
func bothWentOn(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 100)
	shippedAll(t, l, d, ShipOptions{})
	l.Close()
	twin := copied(t, dir)
	l = ledger(t, dir)
	fill(t, l, 50)
	shippedAll(t, l, d, ShipOptions{})
	other := ledger(t, twin)
	for _, n := range []int{1, 20, 100} { // shorter than the server's, then longer
		fill(t, other, n)
		_, err := Ship(t.Context(), other, d, ShipOptions{})
		kind(t, err, Fork)
		verdict(t, twin, d, audit.Forked)
	}
	advises(t, twin, d, "the record forked", "find out who wrote the other one")
	verdict(t, dir, d, audit.Sound)
}

// advises fails unless verifying says and advises so.
func advises(t *testing.T, dir string, d Dest, sentence, next string) {
	t.Helper()
	v, err := audit.Verify(t.Context(), dir+"/audit", dir+"/keys", audit.Checks{Anchors: []audit.Anchor{NewAnchor(d)}})
	if err != nil || !strings.Contains(v.Sentence(), sentence) || !strings.Contains(v.Next, next) {
		t.Errorf("%q, %q, want %q, %q: %+v: %v", v.Sentence(), v.Next, sentence, next, v.Flaws, err)
	}
}

// A server that was made anew knows nothing: the record here is no worse.
func receiverDropped(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 30)
	shippedAll(t, l, d, ShipOptions{})
	behind(t, dsn, "DELETE FROM audit.entry WHERE ledger_id = $1; DELETE FROM audit.checkpoint WHERE ledger_id = $1; DELETE FROM audit.ledger WHERE ledger_id = $1", l.ID)
	verdict(t, dir, d, audit.SetBackTo)
	advises(t, dir, d, "anchor pg db.example:5432/osint lacks entries that it had confirmed: 1 finding; the record itself holds", "osint audit ship")
	_, err := Ship(t.Context(), l, d, ShipOptions{})
	kind(t, err, Rollback)
	shippedAll(t, l, d, ShipOptions{})
	verdict(t, dir, d, audit.Sound)
}

// A login that may not see the ledger proves nothing of it.
func anotherAsks(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 30)
	shippedAll(t, l, d, ShipOptions{})
	for what, c := range map[string]*pgx.Conn{"another shipper": shipper(t, dsn, "blue"), "an analyst of another team": as(t, dsn, "red", "TLP:RED", "osint_analyst"),
		"an analyst": as(t, dsn, "blue", "TLP:RED", "osint_analyst")} {
		other := to(c.Config().ConnString())
		if what == "an analyst" {
			verdict(t, dir, other, audit.Sound)
			continue
		}
		verdict(t, dir, other, audit.Incomplete)
		_, err := NewAnchor(other).Held(t.Context(), l.ID, 0)
		_, err2 := NewAnchor(other).Seals(t.Context(), l.ID, 0)
		for _, err := range []error{err, err2} {
			kind(t, err, Refused)
			if err == nil || !strings.Contains(err.Error(), "the login "+c.Config().User+" sees nothing of ledger") {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	name, login := pgtest.Login(t, dsn, "osint_ship")
	verdict(t, dir, to(login), audit.Incomplete)
	_, err := NewAnchor(to(login)).Checkpoints(t.Context(), l.ID)
	kind(t, err, Refused)
	c, err := Parse(env("POSTGRES_URL", login))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = OpenLog(t.Context(), c); err == nil || !strings.Contains(err.Error(), "the login "+name+" is in no team") {
		t.Errorf("the log: %v", err)
	}
	kind(t, err, Refused)
}

func sentAgain(t *testing.T, dsn string) {
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	fill(t, l, 100)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Ship(ctx, l, d, ShipOptions{batch: 40, step: func(name string) {
		if name == "committed" { // and no receipt kept
			cancel()
		}
	}})
	if err == nil {
		t.Fatal("it was cut off, and says nothing")
	}
	shippedAll(t, l, d, ShipOptions{})
	before := one[time.Time](t, connect(t, dsn), "SELECT max(received_at) FROM audit.entry WHERE ledger_id = $1", l.ID)
	if got := shippedAll(t, l, d, ShipOptions{All: true, batch: 30}); got.First != 0 || got.Next != 102 {
		t.Errorf("%+v", got)
	}
	if after := one[time.Time](t, connect(t, dsn), "SELECT max(received_at) FROM audit.entry WHERE ledger_id = $1", l.ID); after != before {
		t.Errorf("received at %v, then again at %v", before, after)
	}
}

// stagedBy stages entries as a shipper that has gone wrong would.
func stagedBy(t *testing.T, l *audit.Ledger, d Dest, from, upTo int64) error {
	t.Helper()
	spool, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close()
	s := &shipment{l: l, spool: spool, d: d, o: ShipOptions{step: func(string) {}}}
	c, err := s.lane(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	b := &batch{from: from, upTo: upTo, rows: append([]byte(nil), copyHeader...)}
	err = spool.Entries(t.Context(), from, upTo, func(_ int64, leaf []byte) (err error) {
		b.rows, err = appendRow(b.rows, leaf, audit.Hash(leaf))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.rows = append(b.rows, 0xff, 0xff)
	if err := c.stage(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return c.take(t.Context(), s, b)
}

func sentAgainChanged(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 50)
	l.Close()
	l, other := ledger(t, dir), ledger(t, copied(t, dir))
	fill(t, l, 10)
	fill(t, other, 10)
	shippedAll(t, l, d, ShipOptions{})
	kind(t, stagedBy(t, other, d, 0, 61), Fork)
	same(t, l, d)
}

func entrySkipped(t *testing.T, dsn string) {
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	fill(t, l, 50)
	shippedAll(t, l, d, ShipOptions{})
	fill(t, l, 50)
	kind(t, stagedBy(t, l, d, 53, 60), Gap)
	shippedAll(t, l, d, ShipOptions{})
}

// behind does as the superuser what nothing in the schema lets anybody do.
func behind(t *testing.T, dsn, sql string, args ...any) {
	t.Helper()
	c := connect(t, dsn)
	err := pgx.BeginFunc(t.Context(), c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "ALTER TABLE audit.entry DISABLE TRIGGER ALL; ALTER TABLE audit.checkpoint DISABLE TRIGGER ALL; ALTER TABLE audit.entry DROP CONSTRAINT IF EXISTS leaf_hash"); err != nil {
			return err
		}
		for _, s := range strings.Split(sql, ";") {
			if _, err := tx.Exec(t.Context(), s, args...); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), "ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER no_change; ALTER TABLE audit.checkpoint ENABLE ALWAYS TRIGGER no_change")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func receiverLostRows(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 30)
	shippedAll(t, l, d, ShipOptions{})
	fill(t, l, 30)
	shippedAll(t, l, d, ShipOptions{})
	verdict(t, dir, d, audit.Sound)
	behind(t, dsn, `DELETE FROM audit.entry WHERE ledger_id = $1 AND seq >= 32; DELETE FROM audit.checkpoint WHERE ledger_id = $1 AND size > 32;
		UPDATE audit.ledger SET next = 32, size = 32, root = (SELECT decode(split_part(note, E'\n', 3), 'base64') FROM audit.checkpoint WHERE ledger_id = $1 AND size = 32) WHERE ledger_id = $1`, l.ID)
	receipt(t, l, d, 63)
	verdict(t, dir, d, audit.SetBackTo)
	got, err := Ship(t.Context(), l, d, ShipOptions{})
	kind(t, err, Rollback)
	if got.Lost != 31 || got.First != 32 {
		t.Errorf("%+v", got)
	}
	shippedAll(t, l, d, ShipOptions{})
	if n := one[int64](t, connect(t, dsn), `SELECT (convert_from(leaf, 'UTF8')::jsonb->'body'->>'lost')::int FROM audit.entry WHERE ledger_id = $1 ORDER BY seq DESC LIMIT 1`, l.ID); n != 31 {
		t.Errorf("the entry says that %d were lost", n)
	}
}

// verdict fails unless verifying a ledger with the server as its anchor comes to
// what it must.
func verdict(t *testing.T, dir string, d Dest, want audit.Verdict) {
	t.Helper()
	v, err := audit.Verify(t.Context(), dir+"/audit", dir+"/keys", audit.Checks{Anchors: []audit.Anchor{NewAnchor(d)}})
	if err != nil || v.Verdict != want || (want == audit.Sound) != (v.Level == audit.Anchored) {
		t.Errorf("%+v, want %v: %v", v, want, err)
	}
}

// receipt fails unless the anchor holds fewer entries than the ledger has a
// receipt for, of the size.
func receipt(t *testing.T, l *audit.Ledger, d Dest, size int64) {
	t.Helper()
	s, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := s.Receipts(t.Context())
	held, err2 := NewAnchor(d).Held(t.Context(), l.ID, 0)
	if err := errors.Join(err, err2); err != nil || len(r) != 1 || r[0].Size != size || held.Size >= size {
		t.Errorf("the anchor holds %d, the receipts are %+v: %v", held.Size, r, err)
	}
}

func superuserDeletes(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 60)
	shippedAll(t, l, d, ShipOptions{})
	for n, o := range []ShipOptions{{}, {}, {All: true}} { // with nothing new, with something, and all again
		behind(t, dsn, "DELETE FROM audit.entry WHERE ledger_id = $1 AND seq IN (5, 6, 20)", l.ID)
		verdict(t, dir, d, audit.SetBackTo)
		if n > 0 {
			fill(t, l, 7)
		}
		o.batch = 10
		got, err := Ship(t.Context(), l, d, o)
		kind(t, err, Rollback)
		if got.Lost != 3 {
			t.Errorf("%+v", got)
		}
		shippedAll(t, l, d, ShipOptions{Compare: true})
		verdict(t, dir, d, audit.Sound)
	}
	if n := one[int64](t, connect(t, dsn), `SELECT sum((convert_from(leaf, 'UTF8')::jsonb->'body'->>'lost')::int) FROM audit.entry WHERE ledger_id = $1 AND type = 'ship'`, l.ID); n != 9 {
		t.Errorf("the record says that %d entries were lost", n)
	}
	l.Rotate("so that a checkpoint hands over")
	shippedAll(t, l, d, ShipOptions{})
	behind(t, dsn, "DELETE FROM audit.checkpoint WHERE ledger_id = $1", l.ID)
	_, err := Ship(t.Context(), l, d, ShipOptions{})
	kind(t, err, Rollback)
	if n := one[int](t, connect(t, dsn), "SELECT count(*) FROM audit.checkpoint WHERE ledger_id = $1", l.ID); n != 4 {
		t.Errorf("%d checkpoints are there again, of 4: the first, two at the rotation, the newest", n)
	}
	shippedAll(t, l, d, ShipOptions{})
	// The newest of all, and what the server says of itself left as it was.
	behind(t, dsn, "DELETE FROM audit.entry WHERE ledger_id = $1 AND seq > 60", l.ID)
	if _, err = Ship(t.Context(), l, d, ShipOptions{}); err == nil {
		t.Error("an end that was cut off is no news")
	}
	kind(t, err, Rollback)
	shippedAll(t, l, d, ShipOptions{Compare: true})
	// Only what it says of itself.
	behind(t, dsn, "UPDATE audit.ledger SET next = 30, size = 0, root = NULL WHERE ledger_id = $1", l.ID)
	_, err = Ship(t.Context(), l, d, ShipOptions{})
	kind(t, err, Altered)
}

func superuserRewrites(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 60)
	got := shippedAll(t, l, d, ShipOptions{})
	behind(t, dsn, "UPDATE audit.entry SET leaf = replace(convert_from(leaf, 'UTF8'), '\"ok\"', '\"no\"')::bytea WHERE ledger_id = $1 AND seq = 20", l.ID)
	held, err := NewAnchor(d).Held(t.Context(), l.ID, 62)
	if err != nil || held.Size != 62 || held.Root == got.Root {
		t.Errorf("%d entries are held, and their root is as before: %v: %v", held.Size, held.Root == got.Root, err)
	}
	verdict(t, dir, d, audit.Forked)
	advises(t, dir, d, "entries that were changed there", "restore it from its backup")
	_, err = Ship(t.Context(), l, d, ShipOptions{Compare: true})
	kind(t, err, Altered)
	if err == nil || !strings.Contains(err.Error(), "its entry 20 of ledger") {
		t.Error(err)
	}
}

// A login without the role, one in no team, one of another team.
func roleRefused(t *testing.T, dsn string) {
	l := ledger(t, t.TempDir())
	_, login := pgtest.Login(t, dsn)
	_, err := Ship(t.Context(), l, to(login), ShipOptions{})
	kind(t, err, Refused)
	_, login = pgtest.Login(t, dsn, "osint_ship")
	_, err = Ship(t.Context(), l, to(login), ShipOptions{})
	kind(t, err, Refused)
	if err == nil || !strings.Contains(err.Error(), "SELECT audit.admit(") {
		t.Errorf("%v does not say what to do", err)
	}
	shippedAll(t, l, dest(t, dsn), ShipOptions{})
	fill(t, l, 1)
	_, err = Ship(t.Context(), l, dest(t, dsn), ShipOptions{})
	kind(t, err, Refused)
	_, err = Ship(t.Context(), l, to(pgtest.With(t, login, func(d *pgtest.DSN) { d.Password = "wrong-secret"; d.Host = "127.0.0.1" })), ShipOptions{})
	if err == nil || strings.Contains(err.Error(), "wrong-secret") {
		t.Errorf("a wrong password: %v", err)
	}
}

// The server's clock is its own: what the ledger's says is only a claim.
func clockSetBack(t *testing.T, dsn string) {
	d := dest(t, dsn)
	dir := t.TempDir()
	now := time.Now()
	l, err := audit.Open(dir+"/audit", dir+"/keys", audit.Options{Now: func() time.Time { now = now.Add(-time.Hour); return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 5 {
		fill(t, l, 1)
	}
	shippedAll(t, l, d, ShipOptions{})
	c := connect(t, dsn)
	if n := one[int](t, c, `SELECT count(*) FROM (SELECT ts < lag(ts) OVER (ORDER BY seq) AS back FROM audit.entry WHERE ledger_id = $1) x WHERE back`, l.ID); n != 6 {
		t.Errorf("%d entries are older than the one before, of 6", n)
	}
	if n := one[int](t, c, `SELECT count(*) FROM audit.entry WHERE ledger_id = $1 AND abs(extract(epoch FROM received_at - now())) < 300`, l.ID); n != 7 {
		t.Errorf("%d entries were received now, of 7", n)
	}
}

func anchorUnreachable(t *testing.T, dsn string) {
	nobody := to("postgres://nobody@127.0.0.1:1/none?sslmode=disable&connect_timeout=2")
	dir := t.TempDir()
	l := ledger(t, dir)
	_, err := NewAnchor(nobody).Checkpoints(t.Context(), l.ID)
	kind(t, err, Unreachable)
	_, err = NewAnchor(nobody).Held(t.Context(), l.ID, 0)
	kind(t, err, Unreachable)
	verdict(t, dir, nobody, audit.Incomplete)
	_, err = Ship(t.Context(), l, nobody, ShipOptions{})
	kind(t, err, Unreachable)
	s, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if x, err := s.Shipments(t.Context()); err != nil || len(x) != 1 || x[0].Next != 0 || !strings.Contains(x[0].Error, "refused") {
		t.Errorf("%+v: %v", x, err)
	}
	shippedAll(t, l, dest(t, dsn), ShipOptions{})
}
