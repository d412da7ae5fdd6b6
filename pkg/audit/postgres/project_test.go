package postgres

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// dump returns the rows of tables, ids apart, sorted.
func dump(t testing.TB, c *pgx.Conn, tables ...string) []string {
	t.Helper()
	var all []string
	for _, table := range tables {
		for _, row := range list(t, c, fmt.Sprintf("SELECT (to_jsonb(x) - 'id')::text FROM audit.%s x", table)) {
			all = append(all, table+" "+row)
		}
	}
	slices.Sort(all)
	return all
}

// TestProject: what a case's rows say.
func TestProject(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	b := newBook(ledgerID(1), noon)
	wholeCase(b, "c-3", 3) // of 3: complete, denied, AMBER+STRICT, one task without a decision
	mustReceive(t, c, b)
	if n := one[int](t, c, "SELECT audit.project($1)", b.id); n != len(b.leaves) {
		t.Errorf("projected %d of %d", n, len(b.leaves))
	}
	a := as(t, dsn, "blue", "TLP:CLEAR", "osint_analyst")
	for sql, want := range map[string]string{
		"SELECT concat_ws(' ', investigator_name, target_identifier, investigation_type, priority, status, processing_time_seconds, data_points_collected, api_calls_made, cost_estimate_usd, risk_score, threat_level, compliance_status, classification_level, clearance) FROM audit.investigations": "ann c-3.example infrastructure high completed 1.5 6 3 0.000750 3 medium non_compliant TLP:AMBER+STRICT 3",
		"SELECT concat_ws(' ', jsonb_path_query_array(key_findings, '$[*].severity'), warnings, errors, metadata->>'profile') FROM audit.investigations":                                                                                                                                               `["critical", "high"] [{"kind": "withheld", "count": 1}] [] standard`,
		"SELECT concat_ws(' ', framework, status, risk_level, compliance_score, violations, data_categories, jsonb_array_length(processing_records), remediation_actions) FROM audit.compliance_assessments":                                                                                           `profile non_compliant high 66.666664 [{"rule": "decision.missing", "tasks": 1}] [] 2 [{"cite": "profile", "rule": "mode.active", "rulings": 1, "verdict": "deny"}]`,
		"SELECT string_agg(concat_ws(' ', service_name, operation, error_type, success, rate_limited, quota_exceeded, response_time_ms, response_size, cost_usd), '; ' ORDER BY seq) FROM audit.api_key_usage":                                                                                         "resolver dns rate-limited f t f 10 99 0.000250; resolver dns quota-exceeded f f t 20 99 0.000250; resolver dns timeout f f f 30 99 0.000250",
		"SELECT concat_ws(' ', target_id, overall_risk_score, threat_level, confidence_level, coverage_completeness, threat_vectors, recommendations) FROM audit.risk_assessments":                                                                                                                     `c-3.example 3 medium 0.9 0.8 [{"vector": "EML", "score_centi": 1}] ["do"]`,
		"SELECT string_agg(concat_ws(' ', metric_name, metric_value, metric_unit, metric_type, labels), '; ' ORDER BY id) FROM audit.system_metrics":                                                                                                                                                   `cpu 1.5 ms gauge {"case": "c-3"}; requests 3 counter`,
		"SELECT concat_ws(' ', component, operation, resource_path, old_value, new_value, changed_by, change_reason, approved_by) FROM audit.configuration_changes":                                                                                                                                    `profile update p "a" {"x": 3} ann r eve`,
		"SELECT string_agg(DISTINCT event_type, ' ' ORDER BY event_type) FROM audit.events":                                                                                                                                                                                                            "case.close case.open case.ruling config finding genesis key.use metric risk task.finish task.start",
		"SELECT string_agg(concat_ws(' ', success, error_message, processing_time_ms, resource_type, resource_id, action), '; ' ORDER BY seq) FROM audit.events WHERE event_type IN ('task.finish', 'case.close')":                                                                                     "f r 10 source dns READ; f r 20 source dns READ; f r 30 source dns READ; t 1500 investigation c-3 UPDATE",
	} {
		if got := one[string](t, a, sql); got != want {
			t.Errorf("%.80s:\n%s, want\n%s", sql, got, want)
		}
	}
	// The UUID is the hash's first 16 bytes with version and variant.
	if n := one[int](t, a, `SELECT count(*) FROM audit.events v JOIN audit.entry e USING (ledger_id, seq) WHERE event_uuid::text ~ '^.{14}8.{4}[89ab]'
		AND left(replace(event_uuid::text, '-', ''), 12) = left(encode(e.leaf_hash, 'hex'), 12)`); n != len(b.leaves)-1 {
		t.Errorf("%d events have the UUID of their leaf", n)
	}
}

// TestStatus: what an investigation's status says while it goes on.
func TestStatus(t *testing.T) {
	dsn := migrated(t)
	c, su := shipper(t, dsn, "blue"), connect(t, dsn)
	b := newBook(ledgerID(1), noon)
	sent := 0
	for _, s := range []struct {
		kind string
		body body
		want string
	}{
		{"case.open", body{"target": "x", "tlp": "TLP:CLEAR"}, "pending"},
		{"task.start", body{"line": 3, "decision": 2}, "running"},
		{"case.close", body{"outcome": "interrupted"}, "failed"},
		{"task.start", body{"line": 3, "decision": 2}, "running"},
		{"case.close", body{"outcome": "complete"}, "completed"},
		{"case.act", body{"act": "noted"}, "completed"},
	} {
		b.add(s.kind, "c-1", s.body)
		if _, err := receive(t.Context(), c, b.id, b.leaves[sent:]); err != nil {
			t.Fatal(err)
		}
		sent = len(b.leaves)
		one[int](t, c, "SELECT audit.project()")
		if got := one[string](t, su, "SELECT status FROM audit.investigations"); got != s.want {
			t.Errorf("after %s it is %s, want %s", s.kind, got, s.want)
		}
	}
}

// TestBacklog: a case that is recorded later than it was done is of when it was
// done, and of the investigator that it names.
func TestBacklog(t *testing.T) {
	dsn := migrated(t)
	c, su := shipper(t, dsn, "blue"), connect(t, dsn)
	b := newBook(ledgerID(1), noon)
	at := func(seconds int) int64 { return noon - 86_400_000 + int64(seconds)*1000 }
	b.open("c-1", "TLP:CLEAR", body{"investigator": "eve", "at": at(0)})
	b.add("case.ruling", "c-1", body{"line": 2, "at": at(1), "groups": []body{{"verdict": "allow", "collectors": []string{"dns"}}}})
	b.add("task.start", "c-1", body{"line": 3, "at": at(2), "decision": 2})
	b.add("task.finish", "c-1", body{"line": 4, "at": at(3), "outcome": "ok", "source": "s"})
	b.add("risk", "c-1", body{"line": 5, "at": at(4)})
	b.add("case.close", "c-1", body{"line": 6, "at": at(5), "outcome": "complete"})
	mustReceive(t, c, b)
	one[int](t, c, "SELECT audit.project()")
	for sql, want := range map[string]string{
		"SELECT concat_ws(' ', investigator_id, status, created_at::time, started_at::time, completed_at::time, compliance_status) FROM audit.investigations": "eve completed 12:00:00 12:00:02 12:00:05 compliant",
		"SELECT request_timestamp::text FROM audit.api_key_usage":    "2026-11-25 12:00:03+00",
		"SELECT assessed_at::text FROM audit.risk_assessments":       "2026-11-25 12:00:04+00",
		"SELECT assessed_at::text FROM audit.compliance_assessments": "2026-11-25 12:00:01+00",
		"SELECT min(timestamp)::text FROM audit.events":              "2026-11-26 12:00:00+00",
	} {
		if got := one[string](t, su, sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}

// TestRebuild: however ledgers come in, in whatever batches and however often
// projected, also two ledgers of one case, the rows are those made anew from
// the entries; and events stays as it is.
func TestRebuild(t *testing.T) {
	dsn := migrated(t)
	su := connect(t, dsn)
	r := rand.New(rand.NewPCG(1, 2))
	type sender struct {
		c    *pgx.Conn
		b    *book
		sent int
	}
	var senders []*sender
	for i, team := range []string{"blue", "blue", "red"} {
		s := &sender{c: shipper(t, dsn, team), b: newBook(ledgerID(i+1), noon+int64(i)*977)}
		for n := range 14 {
			wholeCase(s.b, fmt.Sprintf("c-%d", n+i*7), n) // the second has seven of the first's cases
			lawfulCase(s.b, fmt.Sprintf("p-%d", n+i*7), n+i*3)
		}
		senders = append(senders, s)
	}
	for left := len(senders); left > 0; {
		s := senders[r.IntN(len(senders))]
		if s.sent == len(s.b.leaves) {
			continue
		}
		to := min(len(s.b.leaves), s.sent+1+r.IntN(60))
		if _, err := receive(t.Context(), s.c, s.b.id, s.b.leaves[max(0, s.sent-r.IntN(5)):to]); err != nil {
			t.Fatal(err)
		}
		if s.sent = to; to == len(s.b.leaves) {
			left--
		}
		if r.IntN(2) == 0 {
			one[int](t, s.c, "SELECT audit.project(NULL, false, $1)", 1+r.IntN(50))
		}
	}
	for _, s := range senders {
		for one[int](t, s.c, "SELECT audit.project(NULL, false, 100)") > 0 {
		}
	}
	before, events := dump(t, su, projections...), dump(t, su, "events")
	if len(before) < 300 || len(events) != one[int](t, su, "SELECT count(*) FROM audit.entry WHERE type <> 'segment'") {
		t.Fatalf("%d rows and %d events", len(before), len(events))
	}
	if _, err := su.Exec(t.Context(), "DELETE FROM audit.investigations WHERE team_id = 'red'; UPDATE audit.risk_assessments SET overall_risk_score = 0; INSERT INTO audit.tally SELECT team_id, case_id || 'x', ledger_id, 1, 1, now(), now(), 1, 1, 1, 1, now() FROM audit.tally"); err != nil {
		t.Fatal(err)
	}
	n, err := Rebuild(t.Context(), su)
	if err != nil || n != one[int64](t, su, "SELECT count(*) FROM audit.entry") {
		t.Fatalf("rebuilt from %d: %v", n, err)
	}
	for what, rows := range map[string][2][]string{"projections": {before, dump(t, su, projections...)}, "events": {events, dump(t, su, "events")}} {
		if !reflect.DeepEqual(rows[0], rows[1]) {
			t.Errorf("%s differ: %s", what, difference(rows[0], rows[1]))
		}
	}
}

func difference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "\n" + a[i] + "\n" + b[i]
		}
	}
	return fmt.Sprintf("%d rows and %d", len(a), len(b))
}

// TestHostile: whatever a shipper's leaves hold, they project: each value is
// of another type than is wanted, or out of range, or not there.
func TestHostile(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	b := newBook(ledgerID(1), noon)
	wholeCase(b, "c-1", 3)
	lawfulCase(b, "c-1", 6)
	r := rand.New(rand.NewPCG(3, 4))
	values := []any{json.Number("1e999"), json.Number("-9e99"), "\x00", "9223372036854775808", true, []any{}, []any{1, "x", nil}, body{}, body{"x": []any{}}, nil, 1 << 60}
	var spoil func(v any) any
	spoil = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				if v[k] = spoil(v[k]); r.IntN(20) == 0 {
					delete(v, k)
				}
			}
		case []any:
			for i := range v {
				v[i] = spoil(v[i])
			}
		}
		if r.IntN(3) == 0 {
			return values[r.IntN(len(values))]
		}
		return v
	}
	good := slices.Clone(b.leaves)
	for range 40 {
		for _, l := range good[1:] {
			var doc struct{ Body any }
			if err := json.Unmarshal(l.text, &doc); err != nil {
				t.Fatal(err)
			}
			what, ok := spoil(doc.Body).(map[string]any)
			if !ok {
				what = body{}
			}
			id := ""
			if l.caseID != nil {
				id = fmt.Sprintf("c-%d", r.IntN(9))
			}
			b.add(l.kind, id, what)
		}
	}
	b.add("nobody.knows", "", body{"tool": "x"})
	// What ends as a leaf and is none.
	seq := int64(len(b.leaves))
	for i, begin := range []string{`{"actor":"a","body":{`, `{"actor":}{}`, `{` + strings.Repeat(`"body":{`, 10000), `{"body":"\ud800"}`, `{"actor":1,"body":[{}`} {
		text := fmt.Sprintf(`%s},"ledger":"%s","seq":%d,"session":"0011223344556677","ts":%d,"type":"risk","v":1}`, strings.TrimSuffix(begin, "}"), b.id, seq+int64(i), noon)
		b.leaves = append(b.leaves, leaf{seq + int64(i), noon, "risk", nil, []byte(text), nil})
	}
	mustReceive(t, c, b)
	if n := one[int](t, c, "SELECT audit.project()"); n != len(b.leaves) {
		t.Errorf("projected %d of %d", n, len(b.leaves))
	}
	su := connect(t, dsn)
	before := dump(t, su, projections...)
	if _, err := Rebuild(t.Context(), su); err != nil {
		t.Fatal(err)
	}
	if after := dump(t, su, projections...); !reflect.DeepEqual(before, after) {
		t.Errorf("made anew they differ: %s", difference(before, after))
	}
}

// TestFunctions: what the two functions count, and of whose rows.
func TestFunctions(t *testing.T) {
	dsn := migrated(t)
	for i, team := range []string{"blue", "red"} {
		c := shipper(t, dsn, team)
		b := newBook(ledgerID(i+1), one[int64](t, c, "SELECT (extract(epoch FROM now()) * 1000)::bigint"))
		for n := range 7 * (i + 1) {
			wholeCase(b, fmt.Sprintf("c-%d", n), n)
		}
		mustReceive(t, c, b)
		one[int](t, c, "SELECT audit.project()")
	}
	v := as(t, dsn, "blue", "TLP:RED", "osint_viewer")
	// Of seven, the fifth is open; of the six others 0, 3 and 6 are complete.
	if got := one[float32](t, v, "SELECT audit.get_investigator_success_rate('ann')"); got != 0.5 {
		t.Errorf("success rate %v", got)
	}
	if got := one[*float32](t, v, "SELECT audit.get_investigator_success_rate('nobody')"); got != nil {
		t.Errorf("nobody's success rate %v", *got)
	}
	// 21 tasks, of which three were skipped and asked nothing.. yet had an exchange.
	if got := one[string](t, v, "SELECT concat_ws(' ', calls, errors, rate_limited, avg_ms, cost_usd) FROM audit.get_api_usage_stats('resolver', 1)"); got != "21 12 3 20 0.005250" {
		t.Errorf("usage: %s", got)
	}
	if got := one[string](t, v, "SELECT concat_ws(' ', calls, cost_usd) FROM audit.get_api_usage_stats('resolver', 0)"); got != "0 0" {
		t.Errorf("usage of no days: %s", got)
	}
}

// TestConcurrent: receiving and projecting go on side by side, by two of a
// team, and lose nothing.
func TestConcurrent(t *testing.T) {
	dsn := migrated(t)
	var all errgroup
	want := 0
	for i := range 2 {
		send := shipper(t, dsn, "blue")
		login := send.Config().ConnString()
		project := connect(t, login)
		b := newBook(ledgerID(i+1), noon)
		for n := range 30 {
			wholeCase(b, fmt.Sprintf("c-%d", n), n)
			lawfulCase(b, fmt.Sprintf("c-%d", n+15), n)
		}
		want += len(b.leaves)
		all.Go(func() error {
			for at := 0; at < len(b.leaves); at += 50 {
				if _, err := receive(t.Context(), send, b.id, b.leaves[at:min(at+50, len(b.leaves))]); err != nil {
					return err
				}
			}
			return nil
		})
		all.Go(func() error {
			for range 10 {
				if _, err := project.Exec(t.Context(), "SELECT audit.project()"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	su := connect(t, dsn)
	one[int](t, su, "SELECT audit.project()")
	before := dump(t, su, append(projections, "events")...)
	if got := one[int](t, su, "SELECT count(*) FROM audit.entry"); got != want {
		t.Errorf("%d entries of %d", got, want)
	}
	if _, err := Rebuild(t.Context(), su); err != nil {
		t.Fatal(err)
	}
	if after := dump(t, su, append(projections, "events")...); !reflect.DeepEqual(before, after) {
		t.Errorf("made anew they differ: %s", difference(before, after))
	}
}
