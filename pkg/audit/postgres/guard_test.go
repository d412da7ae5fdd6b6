package postgres

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"osint/pkg/audit/postgres/pgtest"
)

// appendOnly are the tables of which no row changes.
var appendOnly = []string{"entry", "events", "checkpoint"}

// guarded is a database with one ledger in it, received, sealed and projected,
// and the shipper's connection.
func guarded(t *testing.T) (dsn string, b *book) {
	t.Helper()
	dsn = migrated(t)
	c := shipper(t, dsn, "blue")
	b = newBook(ledgerID(1), noon)
	wholeCase(b, "c-1", 1)
	mustReceive(t, c, b)
	if _, err := c.Exec(t.Context(), "SELECT audit.seal($1, $2)", b.id, "osint.local/"+b.id+"\n1\n"+strings.Repeat("A", 43)+"=\n\n"); err != nil {
		t.Fatal(err)
	}
	one[int](t, c, "SELECT audit.project()")
	return dsn, b
}

// changes returns the statements that would change a table, and its partitions
// by name.
func changes(t *testing.T, dsn string) map[string]string {
	t.Helper()
	c := connect(t, dsn)
	all := map[string]string{}
	for _, table := range appendOnly {
		for _, part := range append(list(t, c, "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ('audit.' || $1)::regclass", table), "audit."+table) {
			all["UPDATE "+part] = "UPDATE " + part + " SET team_id = 'red'"
			all["DELETE "+part] = "DELETE FROM " + part
			all["TRUNCATE "+part] = "TRUNCATE " + part + " CASCADE"
		}
	}
	return all
}

// TestAppendOnly: no role changes what was received, and no superuser does
// without switching the triggers off: not with session_replication_role set to
// replica, which switches off those of the common kind.
func TestAppendOnly(t *testing.T) {
	dsn, _ := guarded(t)
	statements := changes(t, dsn)
	if len(statements) < 3*(2*6+1) { // this month, three ahead, the default one, the table
		t.Fatalf("%d statements: are there partitions?", len(statements))
	}
	for _, role := range []string{"osint_ship", "osint_viewer", "osint_analyst", "osint_admin"} {
		name, login := pgtest.Login(t, dsn, role)
		pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'blue', 'TLP:RED')", name)
		pgtest.Exec(t, dsn, "GRANT SET ON PARAMETER session_replication_role TO "+name)
		c := connect(t, login)
		for _, replication := range []string{"origin", "replica"} {
			if _, err := c.Exec(t.Context(), "SET session_replication_role = "+replication); err != nil {
				t.Fatal(err)
			}
			for what, sql := range statements {
				_, err := c.Exec(t.Context(), sql)
				refused(t, err, "42501", role+" as "+replication+": "+what)
			}
			for _, sql := range []string{
				"INSERT INTO audit.checkpoint (ledger_id, size, team_id, note) VALUES (gen_random_uuid(), 1, 'blue', '')",
				"INSERT INTO audit.entry SELECT * FROM audit.entry", "INSERT INTO audit.events SELECT * FROM audit.events",
				"UPDATE audit.ledger SET next = 0", "UPDATE audit.projection SET upto = 0", "DELETE FROM audit.investigations",
				"UPDATE audit.member SET team_id = 'red'", "ALTER TABLE audit.entry DISABLE TRIGGER ALL", "DROP TABLE audit.events",
				"SET ROLE osint_owner", "SELECT audit.fill($$" + ledgerID(1) + "$$, 'blue', 0, 9, true)", "SELECT audit.protect('audit.entry')",
				"CREATE TABLE audit.mine (x int)", "ALTER TABLE audit.entry DETACH PARTITION audit.entry_default",
			} {
				_, err := c.Exec(t.Context(), sql)
				refused(t, err, "42501", role+": "+sql)
			}
		}
	}
	c := connect(t, dsn)
	for _, replication := range []string{"origin", "replica"} {
		if _, err := c.Exec(t.Context(), "SET session_replication_role = "+replication); err != nil {
			t.Fatal(err)
		}
		for what, sql := range statements {
			tag, err := c.Exec(t.Context(), sql)
			if err == nil && tag.RowsAffected() == 0 && !strings.HasPrefix(sql, "TRUNCATE") {
				continue // a partition without rows: there is nothing that it changed
			}
			refused(t, err, "OA005", "a superuser as "+replication+": "+what)
		}
	}
	if n := one[int](t, c, "SELECT count(*) FROM audit.entry"); n < 10 {
		t.Errorf("%d entries are left", n)
	}
}

// TestHashCheck: not even a superuser adds a leaf under a hash that is not its
// own.
func TestHashCheck(t *testing.T) {
	dsn, _ := guarded(t)
	_, err := connect(t, dsn).Exec(t.Context(), `INSERT INTO audit.entry SELECT ledger_id, seq + 1000, ts, type, case_id, team_id, received_at, leaf_hash, leaf || 'x' FROM audit.entry`)
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != "23514" || e.ConstraintName != "leaf_hash" {
		t.Error(err)
	}
}

// TestStaging: nothing of the caller's own is read with the owner's rights, nor
// does the caller read or change what it staged.
func TestStaging(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	if _, err := c.Exec(t.Context(), "CREATE TEMP TABLE osint_stage (seq bigint, ts bigint, type text, case_id text, leaf_hash bytea, leaf bytea)"); err != nil {
		t.Fatal(err)
	}
	_, err := receive(t.Context(), c, ledgerID(1), newBook(ledgerID(1), noon).leaves)
	refused(t, err, "OA004", "a staging table of one's own")
	c = shipper(t, dsn, "blue")
	if _, err := c.Exec(t.Context(), "SELECT audit.stage()"); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"SELECT * FROM pg_temp.osint_stage", "DROP TABLE pg_temp.osint_stage", "ALTER TABLE pg_temp.osint_stage ADD x int",
		"CREATE TRIGGER t BEFORE INSERT ON pg_temp.osint_stage EXECUTE FUNCTION suppress_redundant_updates_trigger()", "DELETE FROM pg_temp.osint_stage"} {
		_, err := c.Exec(t.Context(), sql)
		refused(t, err, "42501", sql)
	}
	mustReceive(t, c, newBook(ledgerID(1), noon))
}
