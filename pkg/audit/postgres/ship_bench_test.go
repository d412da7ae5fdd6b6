package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"osint/pkg/audit/postgres/pgtest"
)

// BenchmarkShip holds a shipment against psql's \copy of the same rows into the
// same table of another database, on a server that syncs, in turn; and against the
// same without key, checks and triggers. The tables that people read are brought
// up to the entries after it, and measured apart.
// It reports medians, and prints the ranges of the ratios: run it with
// -benchtime 5x.
func BenchmarkShip(b *testing.B) {
	const rows = 200_000
	server := pgtest.New(b, pgtest.Options{Durable: true, Settings: map[string]string{"shared_buffers": "512MB", "max_wal_size": "4GB"}})
	dir := b.TempDir()
	l := ledger(b, dir)
	fill(b, l, rows)
	file := filepath.Join(dir, "rows")
	var ours, both, theirs, bare []float64 // rows/s
	for range b.N {
		dsn := benched(b, server)
		d := dest(b, dsn)
		d.Name = dsn // each its own: none lacks what another acknowledged
		began := time.Now()
		got, err := Ship(b.Context(), l, d, ShipOptions{})
		shipped := time.Since(began)
		if err != nil || got.Next < rows {
			b.Fatalf("%+v: %v", got, err)
		}
		if n, err := Project(b.Context(), d, got.Ledger); err != nil || n < rows {
			b.Fatalf("%d entries projected: %v", n, err)
		}
		projected := time.Since(began)
		if _, err := os.Stat(file); err != nil {
			psql(b, dsn, "\\copy (SELECT * FROM audit.entry ORDER BY seq) to '"+file+"'")
		}
		dsn = benched(b, server)
		copied := func(table string) float64 {
			began := time.Now()
			psql(b, dsn, "\\copy "+table+" from '"+file+"'")
			return rows / time.Since(began).Seconds()
		}
		pgtest.Exec(b, dsn, "CREATE TABLE bare (LIKE audit.entry)")
		ours, both = append(ours, rows/shipped.Seconds()), append(both, rows/projected.Seconds())
		theirs, bare = append(theirs, copied("audit.entry")), append(bare, copied("bare"))
	}
	median := func(figures []float64, unit string) {
		slices.Sort(figures)
		b.ReportMetric(figures[len(figures)/2], unit)
	}
	ratio := func(name string, a, b []float64, goal string) {
		var r []float64
		for i := range a {
			r = append(r, a[i]/b[i])
		}
		slices.Sort(r)
		fmt.Printf("%-30s %.2f (%.2f–%.2f)  %s\n", name, r[len(r)/2], r[0], r[len(r)-1], goal)
	}
	ratio("shipped / psql \\copy", ours, theirs, "goal 0.9")
	ratio("shipped and projected / \\copy", both, theirs, "")
	ratio("shipped / \\copy, bare table", ours, bare, "")
	median(ours, "rows/s")
	median(both, "projected-rows/s")
	median(theirs, "psql-rows/s")
	median(bare, "psql-bare-rows/s")
}

// benched returns a superuser's connection string of a new database of ours.
func benched(b *testing.B, s *pgtest.Server) string {
	b.Helper()
	dsn := s.Database(b)
	if _, err := Migrate(b.Context(), connect(b, dsn), "ops"); err != nil {
		b.Fatal(err)
	}
	return dsn
}

func psql(tb testing.TB, dsn, command string) {
	tb.Helper()
	if out, err := exec.Command("psql", "-qX", dsn, "-c", command).CombinedOutput(); err != nil {
		tb.Fatalf("psql: %v: %s", err, out)
	}
}
