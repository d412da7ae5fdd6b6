package postgres

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
)

// ledger opens, or makes, the ledger of a folder.
func ledger(t testing.TB, dir string) *audit.Ledger {
	t.Helper()
	l, err := audit.Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), audit.Options{Actor: "ann", Tool: "osint test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// fill appends entries.
func fill(t testing.TB, l *audit.Ledger, n int) {
	t.Helper()
	var acts []audit.Act
	for i := range n {
		acts = append(acts, audit.Act{Type: audit.TaskFinish, Case: "c-0123456789abcdef", Body: audit.Body{"collector": "dns", "kind": "host",
			"subject": fmt.Sprintf("host%d.acme.example", i), "outcome": "ok", "elapsed_ms": i % 700, "exchanges": 1, "observations": 3, "line": i, "at": 1764140000123 + i,
			"source": "resolver", "bytes": 512, "cost_microusd": 0}})
		if len(acts) == 1000 || i == n-1 {
			if _, err := l.Append(acts...); err != nil {
				t.Fatal(err)
			}
			acts = acts[:0]
		}
	}
}

// dest returns where a login of a new team ships to.
func dest(t testing.TB, dsn string) Dest {
	t.Helper()
	name, login := pgtest.Login(t, dsn, "osint_ship")
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'blue', 'TLP:CLEAR')", name)
	return to(login)
}

func to(dsn string) Dest {
	return Dest{"db.example:5432/osint", func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }}
}

