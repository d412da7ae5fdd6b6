package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
	"osint/pkg/pipeline"
)

// diary fills a ledger with acts of most types, whose clock is set back once,
// and returns its folder.
func diary(t *testing.T) (l *audit.Ledger, dir string) {
	t.Helper()
	dir = t.TempDir()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	l, err := audit.Open(dir+"/audit", dir+"/keys", audit.Options{Actor: "ann", Tool: "osint test", Now: func() time.Time {
		now = now.Add(7 * time.Hour / 3)
		return now
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	outcomes := pipeline.Outcomes()
	for i := range 60 {
		id := fmt.Sprintf("c-%016x", i%3)
		who := []string{"", "bob", "ev\"e\\\x01"}[i%3]
		subject := []string{"acme.example", "www.acme.example", "sealed:AB_%", "nul\x00 \u202e \U0001f600"}[i%4]
		if i == 30 {
			now = now.Add(-100 * time.Hour)
		}
		if _, err := l.Append(
			audit.Act{Type: audit.CaseOpen, Case: id, Actor: who, Body: audit.Body{"target": subject, "kind": "domain"}},
			audit.Act{Type: audit.CaseRuling, Case: id, Actor: who, Body: audit.Body{"subject": subject, "groups": []audit.Body{
				{"verdict": []string{"allow", "deny"}[i%2], "collectors": []string{"dns"}}, {"verdict": []string{"deny", "review", "allow-with-redaction"}[i%3]}}}},
			audit.Act{Type: audit.TaskFinish, Case: id, Actor: who, Body: audit.Body{"collector": []string{"dns", "web"}[i%2], "source": []string{"resolver", "dns"}[i/2%2],
				"subject": subject, "outcome": string(outcomes[i%len(outcomes)]), "elapsed_ms": i}},
			audit.Act{Type: audit.CaseClose, Case: id, Actor: who, Body: audit.Body{"outcome": []string{"complete", "timeout"}[i%2]}},
			audit.Act{Type: audit.Config, Actor: who, Body: audit.Body{"path": subject}},
		); err != nil {
			t.Fatal(err)
		}
	}
	return l, dir
}

// wants says in Go what a query says in SQL.
func wants(q audit.Query, e audit.Entry) bool {
	said := strings.Split(e.Outcome(), ",")
	o := pipeline.Outcome(e.Text("outcome"))
	failed := e.Type == audit.TaskFinish && o.Asked() && !o.Answered() || e.Type == audit.CaseClose && o != audit.Complete
	return (q.Ledger == "" || e.Ledger == q.Ledger) && (q.Case == "" || e.Case == q.Case) && (len(q.Types) == 0 || slices.Contains(q.Types, e.Type)) &&
		(q.Actor == "" || e.Actor == q.Actor) && (q.Since.IsZero() || !e.Time.Before(q.Since)) && (q.Until.IsZero() || e.Time.Before(q.Until)) &&
		(len(q.Subjects) == 0 || slices.Contains(q.Subjects, e.Subject())) && (q.Source == "" || e.Text("source") == q.Source || e.Text("collector") == q.Source) &&
		(len(q.Outcomes) == 0 || slices.ContainsFunc(q.Outcomes, func(o string) bool { return slices.Contains(said, o) })) && (!q.Failed || failed)
}

// A fataler is a test, or one of rapid's.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func readAll(t fataler, l *audit.Log, q audit.Query) (all []audit.Entry, more bool) {
	t.Helper()
	more, err := l.Read(context.Background(), q, func(e audit.Entry) error {
		all = append(all, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, more
}

// shared returns the log of a login.
func shared(t testing.TB, dsn string) *audit.Log {
	t.Helper()
	c, err := Parse(env("POSTGRES_URL", dsn))
	if err != nil {
		t.Fatal(err)
	}
	l, err := OpenLog(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// TestLog: whatever is asked, the ledger and the server answer the same, in the
// ledger's order, and what Go says of each entry.
func TestLog(t *testing.T) {
	dsn := migrated(t)
	l, dir := diary(t)
	name, login := pgtest.Login(t, dsn, "osint_ship")
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'blue', 'TLP:CLEAR')", name)
	if _, err := Ship(t.Context(), l, to(login), ShipOptions{batch: 50}); err != nil {
		t.Fatal(err)
	}
	here, err := audit.OpenLog(dir + "/audit")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close() })
	there := shared(t, login)
	all, _ := readAll(t, here, audit.Query{})
	if n := int64(len(all)); n < 300 || all[n-1].Seq != n-1 {
		t.Fatalf("%d entries", n)
	}
	back := slices.ContainsFunc(all[1:], func(e audit.Entry) bool { return e.Time.Before(all[e.Seq-1].Time) })
	if !back {
		t.Error("the clock was never set back")
	}
	// answers holds both against q, and returns how many entries are such.
	answers := func(t fataler, q audit.Query) int {
		var want []audit.Entry
		for _, e := range all {
			if wants(q, e) {
				want = append(want, e)
			}
		}
		cut := q.Limit > 0 && len(want) > q.Limit
		if cut {
			want = want[len(want)-q.Limit:]
		}
		if q.NewestFirst {
			slices.Reverse(want)
		}
		for from, log := range map[string]*audit.Log{"the ledger": here, "the server": there} {
			got, more := readAll(t, log, q)
			same := slices.EqualFunc(got, want, func(a, b audit.Entry) bool { return a.Seq == b.Seq && a.Hash == b.Hash })
			if !same || more != cut {
				t.Fatalf("%s answers %+v with %d entries (more: %v), want %d (%v)", from, q, len(got), more, len(want), cut)
			}
		}
		return len(want)
	}
	list := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s, "never"}
	}
	// Each filter alone finds something, and not all.
	alone := []audit.Query{{Case: "c-0000000000000001"}, {Types: []audit.Type{audit.Config, audit.Genesis}}, {Actor: "ev\"e\\\x01"}, {Since: all[170].Time}, {Until: all[170].Time},
		{Subjects: []string{"acme.example"}}, {Subjects: []string{"sealed:AB_%"}}, {Source: "dns"}, {Source: "resolver"}, {Failed: true}, {Limit: 9}, {Limit: 9, NewestFirst: true}}
	for _, o := range []string{"ok", "timeout", "allow", "allow-with-redaction", "deny", "review", audit.Complete} {
		alone = append(alone, audit.Query{Outcomes: []string{o}})
	}
	for _, q := range alone {
		if n := answers(t, q); n == 0 || n == len(all) {
			t.Errorf("%+v is what %d of %d entries are", q, n, len(all))
		}
	}
	some := func(t *rapid.T, what string, values ...string) string {
		if rapid.IntRange(0, 3).Draw(t, what+"?") > 0 {
			return ""
		}
		return rapid.SampledFrom(values).Draw(t, what)
	}
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		q := audit.Query{Ledger: some(t, "ledger", l.ID, ledgerID(1)), Case: some(t, "case", "c-0000000000000001", "c-9"), Actor: some(t, "actor", "ann", "bob", "ev\"e\\\x01", "ANN"),
			Subjects: list(some(t, "subject", "acme.example", "ACME.example", "sealed:AB_%")), Source: some(t, "source", "dns", "resolver", "web"),
			Outcomes: list(some(t, "outcome", "ok", "deny", "review", "allow", "timeout", "OK", "complete")), Failed: some(t, "failed", "yes") != "",
			Limit: rapid.SampledFrom([]int{0, 0, 1, 7, 1000}).Draw(t, "limit"), NewestFirst: rapid.Bool().Draw(t, "newest first")}
		for _, kind := range list(some(t, "type", "case.open", "task.finish", "genesis", "case.ruling", "config")) {
			q.Types = append(q.Types, audit.Type(kind))
		}
		edge := all[rapid.IntRange(0, len(all)-1).Draw(t, "moment")].Time
		if some(t, "since", "yes") != "" {
			q.Since = edge
		}
		if some(t, "until", "yes") != "" {
			q.Until = edge.In(time.FixedZone("", 3600))
		}
		matched += answers(t, q)
	})
	if matched == 0 {
		t.Error("nothing that was asked for was there")
	}
}

// TestLogRights: a login reads what it may see, and nothing says that there is
// more.
func TestLogRights(t *testing.T) {
	dsn := migrated(t)
	for i, team := range []string{"blue", "blue", "red"} {
		b := newBook(ledgerID(i+1), noon)
		for n := range 5 { // one of each label
			wholeCase(b, fmt.Sprintf("c-%d", i*100+n), n)
		}
		c := shipper(t, dsn, team)
		mustReceive(t, c, b)
		one[int](t, c, "SELECT audit.project()")
	}
	count := func(roles []string, team, label string) (n, cases int) {
		t.Helper()
		name, login := pgtest.Login(t, dsn, roles...)
		if team != "" {
			pgtest.Exec(t, dsn, "SELECT audit.admit($1, $2, $3)", name, team, label)
		}
		all, _ := readAll(t, shared(t, login), audit.Query{})
		seen := map[string]bool{}
		for _, e := range all {
			if e.Case != "" {
				seen[e.Case] = true
			}
		}
		return len(all), len(seen)
	}
	su := connect(t, dsn)
	blue := one[int](t, su, "SELECT count(*) FROM audit.entry WHERE team_id = 'blue'")
	if n, cases := count([]string{"osint_analyst"}, "blue", "TLP:CLEAR"); n != blue || cases != 10 {
		t.Errorf("an analyst reads %d of %d entries, of %d cases", n, blue, cases)
	}
	if n, _ := count([]string{"osint_analyst"}, "red", "TLP:RED"); n == 0 || n == blue {
		t.Errorf("an analyst of the other team reads %d", n)
	}
	for _, role := range []string{"osint_analyst", "osint_viewer", "osint_ship"} {
		_, login := pgtest.Login(t, dsn, role)
		if n := one[int](t, connect(t, login), "SELECT count(*) FROM audit.log"); n != 0 {
			t.Errorf("%s of no team reads %d entries", role, n)
		}
	}
	if n, _ := count([]string{"osint_ship"}, "blue", "TLP:RED"); n != 0 {
		t.Errorf("a machine that shipped nothing reads %d entries", n)
	}
	for rank, label := range []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"} {
		n, cases := count([]string{"osint_viewer"}, "blue", label)
		events := one[int](t, su, `SELECT count(*) FROM audit.events WHERE team_id = 'blue' AND clearance <= $1`, rank)
		segments := one[int](t, su, `SELECT count(*) FROM audit.entry e WHERE team_id = 'blue' AND type = 'segment' AND EXISTS (
			SELECT FROM audit.events v WHERE v.ledger_id = e.ledger_id AND v.case_id = e.case_id AND v.clearance <= $1)`, rank)
		if cases != 2*(rank+1) || n != events+segments {
			t.Errorf("a viewer up to %s reads %d entries of %d cases, and %d events", label, n, cases, events)
		}
	}
}

// TestLogForeign: what a leaf holds stops nobody's reading.
func TestLogForeign(t *testing.T) {
	dsn := migrated(t)
	name, login := pgtest.Login(t, dsn, "osint_ship")
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'blue', 'TLP:RED')", name)
	c := connect(t, login)
	b := newBook(ledgerID(1), noon)
	b.add("task.finish", "c-1", body{"subject": "a\x00b", "outcome": map[string]any{"x": 1}})
	b.add("case.ruling", "c-1", body{"groups": "none", "subject": 7})
	b.add("case.ruling", "c-1", body{"groups": []any{1, "x", body{"verdict": "deny"}}})
	b.ms = 253402300800000 + 86400000 // in the year 10000
	b.add("heartbeat", "", body{"tool": "late"})
	mustReceive(t, c, b)
	l := shared(t, login)
	for want, q := range map[int]audit.Query{5: {}, 1: {Outcomes: []string{"deny"}}, 4: {Until: time.UnixMilli(noon + 1000)}, 0: {Failed: true, Subjects: []string{"x"}}} {
		if got, _ := readAll(t, l, q); len(got) != want {
			t.Errorf("%+v: %d entries, want %d", q, len(got), want)
		}
	}
}

// TestLogPlan: no leaf is parsed for what stands beside it, and no month is
// looked into that is not asked for.
func TestLogPlan(t *testing.T) {
	dsn := migrated(t)
	c := as(t, dsn, "blue", "TLP:RED", "osint_analyst")
	if _, err := c.Exec(t.Context(), "SET search_path = audit"); err != nil {
		t.Fatal(err)
	}
	plan := func(where string) string {
		return strings.Join(list(t, c, "EXPLAIN (VERBOSE) SELECT ledger, seq, leaf FROM log WHERE "+where+" ORDER BY received DESC, ledger DESC, seq DESC LIMIT 100"), "\n")
	}
	const parsed = "json(e.leaf)"
	month := time.Now().UTC().Format("2006-01")
	narrow := plan("type IN ('risk') AND case_id = 'c-1' AND time >= '" + month + "-10' AND time < '" + month + "-11'")
	if strings.Contains(narrow, parsed) || !strings.Contains(narrow, "entry_"+strings.ReplaceAll(month, "-", "_")) || strings.Count(narrow, " on audit.entry_2") != 1 {
		t.Error(narrow)
	}
	if deep := plan("subject = 'x'"); !strings.Contains(deep, parsed) || strings.Count(deep, " on audit.entry_2") < 2 {
		t.Error(deep)
	}
}
