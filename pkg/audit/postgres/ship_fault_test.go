package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
)

// steps are the moments of a shipment at which something may break.
var steps = []string{"connected", "announced", "staged", "received", "sealed", "committed"}

// TestServerKilled: the server dies at each step, and comes back. Nothing is
// lost, nothing is there twice, and what was acknowledged is there.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{Durable: true})
	dsn := server.Database(t)
	if _, err := Migrate(t.Context(), connect(t, dsn), "ops"); err != nil {
		t.Fatal(err)
	}
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	for n, at := range steps {
		fill(t, l, 50)
		var once sync.Once
		_, err := Ship(t.Context(), l, d, ShipOptions{batch: 20, step: func(name string) {
			if name == at {
				once.Do(server.Kill)
			}
		}})
		kind(t, err, Unreachable)
		if _, err := Ship(t.Context(), l, d, ShipOptions{}); err == nil {
			t.Errorf("%s: shipped to a server that is down", at)
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		shippedAll(t, l, d, ShipOptions{batch: 20 + n})
	}
}

// TestShipperKilled: our process is killed at each step.
func TestShipperKilled(t *testing.T) {
	if at := os.Getenv("OSINT_TEST_DIE_AT"); at != "" {
		die(at)
	}
	d := dest(t, migrated(t))
	login := ""
	if c, err := d.Connect(t.Context()); err == nil {
		login = c.Config().ConnString()
		c.Close(t.Context())
	}
	dir := t.TempDir()
	for _, at := range steps {
		l := ledger(t, dir)
		fill(t, l, 50)
		l.Close()
		c := exec.Command(os.Args[0], "-test.run=^TestShipperKilled$")
		c.Env = append(os.Environ(), "OSINT_TEST_DIE_AT="+at, "OSINT_TEST_DIR="+dir, "OSINT_TEST_DSN="+login)
		out, err := c.CombinedOutput()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.ExitCode() != -1 {
			t.Fatalf("%s: it was to be killed: %v: %s", at, err, out)
		}
		l = ledger(t, dir)
		shippedAll(t, l, d, ShipOptions{batch: 30})
		l.Close()
	}
}

// die ships, and kills its own process at a step.
func die(at string) {
	l, err := audit.Open(os.Getenv("OSINT_TEST_DIR")+"/audit", os.Getenv("OSINT_TEST_DIR")+"/keys", audit.Options{})
	if err != nil {
		panic(err)
	}
	self, _ := os.FindProcess(os.Getpid())
	_, err = Ship(context.Background(), l, to(os.Getenv("OSINT_TEST_DSN")), ShipOptions{batch: 20, step: func(name string) {
		if name == at {
			self.Kill()
			select {}
		}
	}})
	panic(err)
}

// TestTwoShippers: several at once, each with its own view of the ledger, while
// somebody writes.
func TestTwoShippers(t *testing.T) {
	d := dest(t, migrated(t))
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 300)
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			mine := ledger(t, dir)
			for range 3 {
				fill(t, mine, 20)
				if _, err := Ship(t.Context(), mine, d, ShipOptions{batch: 50 + n}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	shippedAll(t, l, d, ShipOptions{})
}

// TestServerCannot: a server that is full, or only reads, takes nothing, says
// so, and has all once it can.
func TestServerCannot(t *testing.T) {
	dsn := migrated(t)
	name, login := pgtest.Login(t, dsn, "osint_ship")
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'blue', 'TLP:CLEAR')", name)
	d := to(login)
	l := ledger(t, t.TempDir())
	for _, x := range []struct{ what, begin, end string }{
		{"53100", `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
			CREATE TRIGGER full_disk BEFORE INSERT ON audit.entry FOR EACH ROW WHEN (NEW.seq % 40 = 39) EXECUTE FUNCTION full_disk()`,
			"DROP TRIGGER full_disk ON audit.entry"},
		{"25006", "ALTER ROLE " + name + " SET default_transaction_read_only = on", "ALTER ROLE " + name + " RESET default_transaction_read_only"},
		{"53300", "ALTER ROLE " + name + " CONNECTION LIMIT 0", "ALTER ROLE " + name + " CONNECTION LIMIT -1"},
	} {
		fill(t, l, 60)
		pgtest.Exec(t, dsn, x.begin)
		_, err := Ship(t.Context(), l, d, ShipOptions{batch: 25})
		kind(t, err, Unreachable)
		if err == nil || !strings.Contains(err.Error(), x.what) {
			t.Errorf("%v does not say %s", err, x.what)
		}
		pgtest.Exec(t, dsn, x.end)
		shippedAll(t, l, d, ShipOptions{batch: 25})
	}
	// A second connection that is refused is done without.
	fill(t, l, 100)
	for su := connect(t, dsn); one[int](t, su, "SELECT count(*) FROM pg_stat_activity WHERE usename = $1", name) > 0; { // those that we closed may not have ended there
		time.Sleep(10 * time.Millisecond)
	}
	pgtest.Exec(t, dsn, "ALTER ROLE "+name+" CONNECTION LIMIT 1")
	if _, err := Ship(t.Context(), l, d, ShipOptions{batch: 25}); err != nil {
		t.Error(err)
	}
}

// A wire is a connection that passes so many bytes to the server, then breaks.
type wire struct {
	net.Conn
	left *atomic.Int64
}

func (w wire) Write(b []byte) (int, error) {
	if w.left.Add(-int64(len(b))) < 0 {
		w.Close()
		return 0, io.ErrClosedPipe
	}
	return w.Conn.Write(b)
}

// TestCutOff: the connection breaks, wherever in the stream.
func TestCutOff(t *testing.T) {
	dsn := migrated(t)
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	cut := d
	var left atomic.Int64
	cut.Connect = func(ctx context.Context) (*pgx.Conn, error) {
		c, err := d.Connect(ctx)
		if err != nil {
			return nil, err
		}
		config := c.Config()
		c.Close(ctx)
		config.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			return wire{conn, &left}, err
		}
		return pgx.ConnectConfig(ctx, config)
	}
	broke := 0
	for _, n := range []int64{10, 700, 900, 1_500, 3_000, 10_000, 17_000, 30_000} {
		fill(t, l, 60)
		left.Store(n)
		if _, err := Ship(t.Context(), l, cut, ShipOptions{batch: 25}); err != nil {
			kind(t, err, Unreachable)
			broke++
		}
		if n%2 == 0 && n > 1000 {
			shippedAll(t, l, d, ShipOptions{batch: 25})
		}
	}
	if broke < 5 {
		t.Errorf("it broke %d times only", broke)
	}
	shippedAll(t, l, d, ShipOptions{})
}
