package postgres

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkShip holds a shipment against psql's \copy of the same rows into the
// same table of another database, and reports the ratio of rows a second.
func BenchmarkShip(b *testing.B) {
	const rows = 200_000
	dir := b.TempDir()
	l := ledger(b, dir)
	fill(b, l, rows)
	file := filepath.Join(dir, "rows")
	var ours, theirs time.Duration
	for range b.N {
		dsn := migrated(b)
		d := dest(b, dsn)
		d.Name = dsn // each its own: none lacks what another acknowledged
		began := time.Now()
		got, err := Ship(b.Context(), l, d, ShipOptions{})
		ours += time.Since(began)
		if err != nil || got.Next < rows {
			b.Fatalf("%+v: %v", got, err)
		}
		if _, err := os.Stat(file); err != nil {
			psql(b, dsn, "\\copy (SELECT * FROM audit.entry ORDER BY seq) to '"+file+"'")
		}
		dsn = migrated(b)
		began = time.Now()
		psql(b, dsn, "\\copy audit.entry from '"+file+"'")
		theirs += time.Since(began)
	}
	b.ReportMetric(float64(b.N)*rows/ours.Seconds(), "rows/s")
	b.ReportMetric(float64(b.N)*rows/theirs.Seconds(), "psql-rows/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

func psql(tb testing.TB, dsn, command string) {
	tb.Helper()
	if out, err := exec.Command("psql", "-qX", dsn, "-c", command).CombinedOutput(); err != nil {
		tb.Fatalf("psql: %v: %s", err, out)
	}
}
