package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres/pgtest"
)

// readable are the tables that some role reads and that have a team.
var readable = []string{"ledger", "entry", "checkpoint", "silence", "projection", "member", "events", "investigations", "api_key_usage", "risk_assessments",
	"compliance_assessments", "system_metrics", "configuration_changes"}

// twoTeams is a database in which blue has two shippers' ledgers and red one,
// with cases of every label.
func twoTeams(t *testing.T) (dsn string, blue *pgx.Conn) {
	t.Helper()
	dsn = migrated(t)
	for i, team := range []string{"blue", "blue", "red"} {
		c := shipper(t, dsn, team)
		b := newBook(ledgerID(i+1), noon)
		for n := range 5 {
			wholeCase(b, fmt.Sprintf("c-%d", i*100+n), n)
		}
		mustReceive(t, c, b)
		if _, err := c.Exec(t.Context(), "SELECT audit.seal($1, $2)", b.id, "osint.local/"+b.id+"\n1\n"+strings.Repeat("A", 43)+"=\n\n"); err != nil {
			t.Fatal(err)
		}
		one[int](t, c, "SELECT audit.project()")
		if i == 0 {
			blue = c
		}
	}
	return dsn, blue
}

// TestTeams: nobody sees a row of another team; a shipper sees its own
// ledgers' entries and no more.
func TestTeams(t *testing.T) {
	dsn, blue := twoTeams(t)
	su := connect(t, dsn)
	for _, role := range []string{"osint_viewer", "osint_analyst", "osint_admin"} {
		c := as(t, dsn, "blue", "TLP:RED", role)
		for _, table := range readable {
			if !one[bool](t, c, "SELECT has_table_privilege('audit.' || $1, 'SELECT')", table) {
				continue
			}
			if teams := strings.Join(list(t, c, "SELECT DISTINCT team_id::text FROM audit."+table), " "); teams != "blue" {
				t.Errorf("%s of blue sees in %s the rows of %q", role, table, teams)
			}
			got, all := one[int](t, c, "SELECT count(*) FROM audit."+table), one[int](t, su, "SELECT count(*) FROM audit."+table+" WHERE team_id = 'blue'")
			if got != all && table != "member" {
				t.Errorf("%s sees %d of blue's %d rows of %s", role, got, all, table)
			}
		}
		stranger := connect(t, second(pgtest.Login(t, dsn, role)))
		if n := one[int](t, stranger, "SELECT count(*) FROM audit.events"); n != 0 {
			t.Errorf("%s of no team sees %d events", role, n)
		}
		// To put on another role changes nobody's team.
		if _, err := c.Exec(t.Context(), "SET ROLE "+role); err != nil {
			t.Fatal(err)
		}
		if teams := strings.Join(list(t, c, "SELECT DISTINCT team_id::text FROM audit.events"), " "); teams != "blue" {
			t.Errorf("as %s itself, it sees the rows of %q", role, teams)
		}
	}
	for _, table := range []string{"ledger", "entry", "checkpoint"} {
		if own := strings.Join(list(t, blue, "SELECT DISTINCT ledger_id::text FROM audit."+table), " "); own != ledgerID(1) {
			t.Errorf("a shipper sees in %s the ledgers %s", table, own)
		}
	}
	_, err := blue.Exec(t.Context(), "SELECT audit.project($1)", ledgerID(2))
	refused(t, err, "OA003", "projecting another's ledger")
	_, err = blue.Exec(t.Context(), "SELECT audit.project(NULL, true)")
	refused(t, err, "OA003", "a shipper that projects anew")

	// An admin makes its team's rows anew, and no other's.
	before := list(t, su, "SELECT id::text FROM audit.risk_assessments WHERE team_id = 'red' ORDER BY 1")
	admin := as(t, dsn, "blue", "TLP:RED", "osint_admin")
	if n := one[int](t, admin, "SELECT audit.project(NULL, true)"); n != one[int](t, su, "SELECT count(*) FROM audit.entry WHERE team_id = 'blue'") {
		t.Errorf("made %d anew", n)
	}
	if after := list(t, su, "SELECT id::text FROM audit.risk_assessments WHERE team_id = 'red' ORDER BY 1"); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Error("blue's admin made red's rows anew")
	}
}

func second(_, s string) string { return s }

// TestClearance: a viewer sees the rows of cases up to its label, and of no
// case what is open to all; what follows in a case has the case's label.
func TestClearance(t *testing.T) {
	dsn, _ := twoTeams(t)
	for rank, label := range []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"} {
		c := as(t, dsn, "blue", label, "osint_viewer")
		if n := one[int](t, c, "SELECT count(*) FROM audit.investigations"); n != 2*(rank+1) { // one of each label in each ledger
			t.Errorf("%s sees %d investigations", label, n)
		}
		for _, table := range []string{"api_key_usage", "risk_assessments", "compliance_assessments"} {
			if n := one[int](t, c, "SELECT count(DISTINCT investigation_id) FROM audit."+table); n != 2*(rank+1) {
				t.Errorf("%s sees %s of %d cases", label, table, n)
			}
		}
		if n := one[int](t, c, "SELECT count(DISTINCT case_id) FROM audit.events"); n != 2*(rank+1) {
			t.Errorf("%s sees events of %d cases", label, n)
		}
		if n := one[int](t, c, "SELECT count(*) FROM audit.events WHERE event_type = 'genesis'"); n != 2 {
			t.Errorf("%s sees %d geneses", label, n)
		}
		if n := one[int](t, c, "SELECT count(*) FROM audit.configuration_changes"); n != map[bool]int{true: 10}[rank >= 2] {
			t.Errorf("%s sees %d changes of configuration", label, n)
		}
	}
	// A case whose opening never came is shown to the highest only.
	b := newBook(ledgerID(9), noon)
	b.add("risk", "c-unknown", body{"level": "low"})
	c := shipper(t, dsn, "blue")
	mustReceive(t, c, b)
	one[int](t, c, "SELECT audit.project()")
	for label, want := range map[string]int{"TLP:AMBER+STRICT": 0, "tlp:red": 1} {
		v := as(t, dsn, "blue", label, "osint_viewer")
		if n := one[int](t, v, "SELECT count(*) FROM audit.risk_assessments WHERE investigation_id = 'c-unknown'"); n != want {
			t.Errorf("%s sees %d of a case that nobody labelled", label, n)
		}
	}
}

// TestAdmit: an admin admits to its own team, takes nobody from another, and
// dismisses its own.
func TestAdmit(t *testing.T) {
	dsn := migrated(t)
	admin := as(t, dsn, "blue", "TLP:RED", "osint_admin")
	as(t, dsn, "red", "TLP:RED", "osint_viewer")
	red := one[string](t, connect(t, dsn), "SELECT login FROM audit.member WHERE team_id = 'red'")
	admit := func(login, team string) error {
		_, err := admin.Exec(t.Context(), "SELECT audit.admit($1, $2)", login, team)
		return err
	}
	refused(t, admit("new", "red"), "OA003", "admitting to another team")
	refused(t, admit(red, "blue"), "OA003", "taking from another team")
	_, err := admin.Exec(t.Context(), "SELECT audit.admit('new', 'blue', 'TLP:ALL')")
	refused(t, err, "22023", "a label that is none")
	refused(t, admit("nobody", "blue"), "42704", "a login that is none")
	fresh, _ := pgtest.Login(t, dsn)
	if err := admit(fresh, "blue"); err != nil {
		t.Error(err)
	}
	_, err = admin.Exec(t.Context(), "SELECT audit.dismiss($1)", red)
	refused(t, err, "OA003", "dismissing another team's")
	if _, err := admin.Exec(t.Context(), "SELECT audit.dismiss($1)", fresh); err != nil {
		t.Error(err)
	}
	if got := strings.Join(list(t, admin, "SELECT team_id FROM audit.member"), " "); got != "blue" {
		t.Errorf("blue's admin sees members of %s", got)
	}
}
