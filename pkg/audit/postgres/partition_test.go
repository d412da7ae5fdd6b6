package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// partitioned are the tables by month.
var partitioned = []string{"entry", "events", "api_key_usage", "system_metrics"}

func partitions(t *testing.T, c *pgx.Conn, table string) []string {
	t.Helper()
	return list(t, c, "SELECT replace(inhrelid::regclass::text, 'audit.' || $1 || '_', '') FROM pg_inherits WHERE inhparent = ('audit.' || $1)::regclass ORDER BY 1", table)
}

// TestPartitionsAhead: this month's and the next three are there, whatever the
// session's time zone; to ask again makes none.
func TestPartitionsAhead(t *testing.T) {
	c := connect(t, migrated(t))
	if _, err := c.Exec(t.Context(), "SET timezone = 'Pacific/Kiritimati'"); err != nil {
		t.Fatal(err)
	}
	var want []string
	now := one[time.Time](t, c, "SELECT now()").UTC()
	for i := range 4 {
		want = append(want, time.Date(now.Year(), now.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC).Format("2006_01"))
	}
	want = append(want, "default")
	for _, table := range partitioned {
		if got := partitions(t, c, table); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", table, got, want)
		}
	}
	if n := one[int](t, c, "SELECT audit.ensure_partitions()"); n != 0 {
		t.Errorf("made %d again", n)
	}
	if n := one[int](t, c, "SELECT audit.ensure_partitions(5)"); n != 2*len(partitioned) {
		t.Errorf("made %d of two months", n)
	}
}

// TestPartitionBounds: the first and the last millisecond of a month lie in its
// partition; what is far off lies in the default one, and nothing fails.
func TestPartitionBounds(t *testing.T) {
	dsn := migrated(t)
	c, su := shipper(t, dsn, "blue"), connect(t, dsn)
	now := time.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	last := month.AddDate(0, -1, 0)
	if _, err := c.Exec(t.Context(), "SET timezone = 'America/Los_Angeles'"); err != nil {
		t.Fatal(err)
	}
	b := newBook(ledgerID(1), month.UnixMilli())
	where := []string{month.Format("2006_01")}
	for _, p := range []struct {
		at   time.Time
		part string
	}{
		{month.Add(-time.Millisecond), last.Format("2006_01")}, // made on demand
		{last, last.Format("2006_01")},
		{month.AddDate(-3, 0, 0), month.AddDate(-3, 0, 0).Format("2006_01")},
		{month.AddDate(-9, 0, 0), "default"},
		{time.UnixMilli(0), "default"},
		{month.AddDate(0, 5, 0), month.AddDate(0, 5, 0).Format("2006_01")},
		{month.AddDate(40, 0, 0), "default"},
		{time.UnixMilli(1 << 52), "default"},
	} {
		b.ms = p.at.UnixMilli()
		b.add("task.finish", "c-1", body{"source": "s", "outcome": "ok", "exchanges": 1})
		b.ms = p.at.UnixMilli()
		b.add("metric", "c-1", body{"samples": []body{{"name": "n", "value_milli": 1}}})
		where = append(where, p.part, p.part)
	}
	mustReceive(t, c, b)
	one[int](t, c, "SELECT audit.project()")
	for _, table := range partitioned {
		for _, row := range list(t, su, fmt.Sprintf("SELECT seq || ' ' || replace(tableoid::regclass::text, 'audit.%[1]s_', '') FROM audit.%[1]s", table)) {
			var seq int
			var part string
			fmt.Sscan(row, &seq, &part)
			if part != where[seq] {
				t.Errorf("%s: entry %d, of %d, lies in %s, want %s", table, seq, b.leaves[seq].ts, part, where[seq])
			}
		}
	}
	if n := one[int](t, su, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit.entry'::regclass"); n != 4+1+3 { // ahead, default, on demand
		t.Errorf("entry has %d partitions: one for each month between?", n)
	}
	// Those made on demand are guarded like the rest.
	for _, sql := range []string{"TRUNCATE audit.entry_" + where[1], "DELETE FROM audit.events_" + where[1], "UPDATE audit.entry_" + where[3] + " SET seq = 1"} {
		_, err := su.Exec(t.Context(), sql)
		refused(t, err, "OA005", sql)
	}
	if open := list(t, su, "SELECT relname::text FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity) AND relname <> 'migration'"); len(open) != 0 {
		t.Errorf("partitions without row-level security: %v", open)
	}
}

// TestPartitionLate: a month of which the default partition has rows is left
// to it, and receiving goes on.
func TestPartitionLate(t *testing.T) {
	dsn := migrated(t)
	c, su := shipper(t, dsn, "blue"), connect(t, dsn)
	month := one[string](t, su, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
	if _, err := su.Exec(t.Context(), "DROP TABLE audit.entry_"+month); err != nil {
		t.Fatal(err)
	}
	b := newBook(ledgerID(1), time.Now().UnixMilli())
	// A reader holds the table, so that the month cannot be made at once.
	reader := connect(t, dsn)
	if _, err := reader.Exec(t.Context(), "BEGIN; LOCK TABLE audit.entry IN ACCESS SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	mustReceive(t, c, b)
	if _, err := reader.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	b.add("heartbeat", "", body{"tool": "1"})
	mustReceive(t, c, b)
	if got := strings.Join(list(t, su, "SELECT DISTINCT tableoid::regclass::text FROM audit.entry"), " "); got != "audit.entry_default" {
		t.Errorf("the rows lie in %s", got)
	}
}
