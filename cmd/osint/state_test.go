package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
	"osint/pkg/audit/postgres/pgtest"
	"osint/pkg/pipeline"
)

// theState asks for the state, and holds it to its schema.
func theState(t *testing.T, flags ...string) (s state, code int) {
	t.Helper()
	out, errs, code := runHere(t, append([]string{"status", "--json"}, flags...)...)
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatal(err, out, errs)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(statusSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("status", schema); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.MustCompile("status").Validate(doc); err != nil {
		t.Error(err)
	}
	return s, code
}

// aCase writes a case of the internet with the exchanges of one source.
func aCase(t *testing.T, home, name string, began time.Time, outcomes ...pipeline.Outcome) string {
	t.Helper()
	dir := filepath.Join(home, "data", "cases", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	task := pipeline.TaskKey{Collector: "ct-crtsh", Subject: pipeline.Entity{Kind: pipeline.KindDomain, Value: "brindleford.example"}}
	events := []*pipeline.Event{{Opened: &pipeline.Opened{Schema: 1, Case: "c-" + name, Seeds: []pipeline.Entity{task.Subject}}}}
	for i, o := range outcomes {
		x := &pipeline.Exchange{ID: pipeline.NewExchangeID(task, "q", i), Task: task, Source: "crt.sh", Outcome: o, At: began.Add(time.Duration(i) * time.Second)}
		events = append(events, &pipeline.Event{Exchanged: x})
	}
	events = append(events, &pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete"}})
	var lines bytes.Buffer
	for i, e := range events {
		e.Seq, e.Time = uint64(i+1), began
		lines.Write(append(e.Line(), '\n'))
	}
	if err := os.WriteFile(filepath.Join(dir, caseFile), lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestStateOfSources holds what is known of a source from the newest cases,
// and from its pace.
func TestStateOfSources(t *testing.T) {
	base := home(t)
	day := time.Now().UTC().Add(-24 * time.Hour).Truncate(time.Second)
	aCase(t, base, "new", day, pipeline.OK, pipeline.Cancelled, pipeline.Timeout)
	aCase(t, base, "old", day.AddDate(0, 0, -1), pipeline.OK, pipeline.OK)
	s, code := theState(t)
	find := func(s state, name string) sourceState {
		for _, r := range s.Sources {
			if r.Source == name {
				return r
			}
		}
		t.Fatalf("no %s", name)
		return sourceState{}
	}
	if r := find(s, "crt.sh"); code != done || r.State != "fails" || r.Outcome != pipeline.Timeout || r.Asked != 4 || r.Answered != 3 || !r.At.Equal(day.Add(2*time.Second)) {
		t.Errorf("code %d, %+v", code, r)
	}
	if r := find(s, "whois"); r.State != "not-asked" || r.At != nil {
		t.Errorf("%+v", r)
	}
	if s.Store.Cases != 2 || s.Store.Open != 0 || s.Store.Bytes == 0 || s.Store.Free == nil {
		t.Errorf("%+v", s.Store)
	}
	until := time.Now().UTC().Add(time.Hour).Truncate(time.Second)
	pace := fmt.Sprintf(`{"crt.sh":{"day":%q,"count":7,"until":%q,"used":%q}}`, time.Now().UTC().Format(time.DateOnly), until.Format(time.RFC3339), day.Format(time.RFC3339))
	if err := os.MkdirAll(filepath.Join(base, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(base, "state", "usage.db"), []byte(pace), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ = theState(t)
	if r := find(s, "crt.sh"); r.State != "left-alone" || !r.Until.Equal(until) || r.Today != 7 || r.Fails != 0 {
		t.Errorf("%+v", r)
	}
	now := time.Now().UTC()
	pace = fmt.Sprintf(`{"gravatar":{"day":%q,"count":2300,"spent":250000,"month":%q,"sum":9000,"used":%[3]q},
		"crt.sh":{"failures":6,"opened":%[3]q,"used":%[3]q}, "rdap by other":{"day":%[1]q,"spent":500000,"count":0,"used":%[3]q}}`,
		now.Format(time.DateOnly), now.Format("2006-01"), now.Format(time.RFC3339Nano))
	if err := os.WriteFile(filepath.Join(base, "state", "usage.db"), []byte(pace), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ = theState(t)
	if r := find(s, "gravatar"); r.Today != 2300 || r.Daily != 2400 || r.Month != 9000 || r.Kept != 100 || r.Spent != 0.25 || r.Resets == nil || r.Resets.Sub(now) > 24*time.Hour {
		t.Errorf("%+v", r)
	}
	if r := find(s, "crt.sh"); r.State != "left-alone" || r.Fails != 6 || r.Until == nil || r.Until.Sub(now) > time.Minute {
		t.Errorf("its breaker is open: %+v", r)
	}
	if s.Money.Today != 0.75 || s.Money.Day != nil {
		t.Errorf("%+v", s.Money)
	}
	out, _, _ := runHere(t, "status")
	for _, want := range []string{"money      $0.75 spent today", "2300 of 2400 today, anew ", "$0.25 spent today", "failed 6 times"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestStateOfRuns holds that whoever is at work on a case is named, and is no
// case that did not end.
func TestStateOfRuns(t *testing.T) {
	base := home(t)
	dir := aCase(t, base, "one", time.Now())
	lock, err := pipeline.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := theState(t)
	if len(s.Running) != 1 || s.Running[0].PID != os.Getpid() || s.Running[0].Dir != dir || s.Running[0].Batch {
		t.Errorf("%+v", s.Running)
	}
	if again, err := pipeline.Lock(dir); err == nil {
		again.Close()
		t.Error("looking took the lock away")
	}
	lock.Close()
	if s, _ = theState(t); len(s.Running) != 0 {
		t.Errorf("%+v", s.Running)
	}
}

// TestStateOfLedger holds what is told of the ledger, and what of it needs
// attention: entries that rest unsigned, or that no place they are shipped to
// has; and a file that is none.
func TestStateOfLedger(t *testing.T) {
	base := home(t)
	dir, keys := filepath.Join(base, "state", "audit"), filepath.Join(base, "state", "keys")
	if s, code := theState(t); s.Ledger.State != "absent" || code != done {
		t.Errorf("code %d, %+v", code, s.Ledger)
	}
	l, err := audit.Open(dir, keys, audit.Options{Tool: "osint test", Now: func() time.Time { return time.Now().Add(-3 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if s, code := theState(t); s.Ledger.State != "ok" || s.Ledger.Entries != 1 || s.Ledger.Unsigned != 0 || s.Ledger.ID != l.ID || s.Keys.Ledgers != 1 || s.Versions.SQLite == "" || code != done {
		t.Errorf("code %d, %+v, %+v", code, s.Ledger, s.Keys)
	}
	if _, err := l.Append(audit.Act{Type: audit.Heartbeat, Body: audit.Body{"tool": "osint test"}}); err != nil {
		t.Fatal(err)
	}
	s, code := theState(t)
	if s.Ledger.Unsigned != 1 || s.Ledger.Heartbeat == nil || code != doubtful || len(s.Attention) != 1 || s.Attention[0].About != "ledger" || !strings.Contains(s.Attention[0].What, "1 entry at its end is not signed") {
		t.Errorf("code %d, %+v, %+v", code, s.Ledger, s.Attention)
	}
	t.Setenv("POSTGRES_HOST", "db.example")
	if s, _ = theState(t); !s.Shared.Configured || len(s.Spool) != 1 || s.Spool[0].Waiting != 2 || s.Spool[0].At != nil {
		t.Errorf("%+v, %+v", s.Shared, s.Spool)
	}
	t.Setenv("POSTGRES_HOST", "")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, audit.File), make([]byte, 8192), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, code = theState(t); s.Ledger.State != "unreadable" || code != doubtful {
		t.Errorf("code %d, %+v", code, s.Ledger)
	}
}

// TestStateOfPostgreSQL asks a real server: what it has of this ledger, and
// that it is down.
func TestStateOfPostgreSQL(t *testing.T) {
	base := home(t)
	server := pgtest.New(t, pgtest.Options{})
	dsn := server.Database(t)
	admin, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	if _, err := postgres.Migrate(t.Context(), admin, "ops"); err != nil {
		t.Fatal(err)
	}
	l, err := audit.Open(filepath.Join(base, "state", "audit"), filepath.Join(base, "state", "keys"), audit.Options{Tool: "osint test"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("POSTGRES_URL", dsn)
	if s, _ := theState(t, "--online"); s.Shared.Reached == nil || !*s.Shared.Reached || s.Shared.Version == "" || s.Shared.Last != nil || s.Shared.Error != "" {
		t.Errorf("before: %+v", s.Shared)
	}
	config, err := postgres.Parse(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := postgres.Ship(t.Context(), l, config.Dest(), postgres.ShipOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, code := theState(t, "--online")
	if code != done || s.Shared.Entries != sent.Next || s.Shared.Last == nil || len(s.Spool) != 1 || s.Spool[0].Waiting != 0 || s.Spool[0].Dest != s.Shared.Dest {
		t.Errorf("after: code %d, %+v, %+v, %+v", code, s.Shared, s.Spool, s.Attention)
	}
	if s, _ := theState(t); s.Shared.Reached != nil {
		t.Errorf("it was asked without --online: %+v", s.Shared)
	}
	pgtest.Exec(t, dsn, "ALTER TABLE audit.checkpoint DISABLE TRIGGER no_change")
	pgtest.Exec(t, dsn, "DELETE FROM audit.checkpoint")
	if s, code := theState(t, "--online"); code != doubtful || !strings.Contains(s.Shared.Error, "it confirmed") {
		t.Errorf("with rows taken away: code %d, %+v", code, s.Shared)
	}
	server.Kill()
	if s, code := theState(t, "--online"); code != doubtful || *s.Shared.Reached || s.Shared.Error == "" {
		t.Errorf("down: code %d, %+v", code, s.Shared)
	}
}

// TestStateFits holds that no line is wider than a terminal of 80 columns,
// paths apart.
func TestStateFits(t *testing.T) {
	base := home(t)
	aCase(t, base, "one", time.Now().Add(-time.Hour), pipeline.OK, pipeline.RateLimited)
	out, _, _ := runHere(t, "status")
	long := sourceState{Source: "a-source-of-ours", State: "left-alone", allowance: allowance{Today: 12345, Daily: 23456, Month: 98765, Monthly: 250000, Spent: 12.5}}
	long.judge(time.Now())
	for _, l := range long.lines() {
		out += pad("", 11) + l + "\n"
	}
	for _, line := range strings.Split(out, "\n") {
		if n := len([]rune(line)); n > 80 && !strings.Contains(line, base) && !strings.HasPrefix(line, "versions") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
