package monitoring

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres"
	"osint/pkg/audit/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// queries returns every query of the dashboard by what it is for, and the
// format that Grafana wants its rows in.
func queries(t *testing.T) (sql, format map[string]string) {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ RawSQL, Format string }
		}
		Templating struct {
			List []struct{ Name, Type, Query string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	sql, format = map[string]string{}, map[string]string{}
	for _, p := range d.Panels {
		for _, x := range p.Targets {
			sql[p.Title], format[p.Title] = expand(x.RawSQL), x.Format
		}
	}
	for _, v := range d.Templating.List {
		if v.Type == "query" {
			sql["$"+v.Name], format["$"+v.Name] = expand(v.Query), "table"
		}
	}
	return sql, format
}

// macros are those of Grafana's PostgreSQL data source that the dashboard
// uses, as it expands them.
var macros = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\$__interval\b`), `1d`},
	{regexp.MustCompile(`\$__timeFilter\(([^()]+)\)`), `$1 BETWEEN '2026-11-01T00:00:00Z' AND '2026-12-01T00:00:00Z'`},
	{regexp.MustCompile(`\$__timeGroupAlias\(([^(),]+),\s*1d\)`), `floor(extract(epoch from $1)/86400)*86400 AS "time"`},
	{regexp.MustCompile(`\$source\b`), `'crt.sh','rdap'`},
}

func expand(sql string) string {
	for _, m := range macros {
		sql = m.what.ReplaceAllString(sql, m.with)
	}
	return sql
}

// record puts one row of each kind into the tables, at a time.
const record = `
INSERT INTO audit.investigations (investigation_id, investigator_id, investigator_name, target_identifier, priority, status, created_at, started_at, completed_at,
    processing_time_seconds, data_points_collected, api_calls_made, cost_estimate_usd, risk_score, threat_level, compliance_status, classification_level, audit_created_at, audit_updated_at, team_id, ledger_id, seq, clearance)
VALUES ('c-1', 'op-7', 'op-7', 'brindleford.example', 'normal', 'completed', $1, $1, $1, 12.5, 400, 90, 0.25, 41, 'medium', 'compliant', 'TLP:AMBER', $1, $1, 'ops', $2, 1, 2);
INSERT INTO audit.api_key_usage (service_name, operation, user_id, investigation_id, request_timestamp, response_time_ms, success, rate_limited, quota_exceeded, response_size, cost_usd, error_type, created_at, team_id, ledger_id, seq, clearance)
VALUES ('crt.sh', 'ct-crtsh', 'op-7', 'c-1', $1, 120, true, false, false, 512, 0.01, NULL, $1, 'ops', $2, 2, 2), ('rdap', 'rdap', 'op-7', 'c-1', $1, 900, false, true, false, 0, 0, 'rate-limited', $1, 'ops', $2, 3, 2);
INSERT INTO audit.risk_assessments (assessment_id, investigation_id, overall_risk_score, threat_level, assessed_at, created_at, team_id, ledger_id, seq, clearance)
VALUES ('r-1', 'c-1', 41, 'medium', $1, $1, 'ops', $2, 4, 2);
INSERT INTO audit.compliance_assessments (assessment_id, investigation_id, framework, status, compliance_score, assessed_at, next_review_date, created_at, team_id, ledger_id, seq, clearance)
VALUES ('k-1', 'c-1', 'gate', 'review_required', 0.9, $1, $1, $1, 'ops', $2, 5, 2);
INSERT INTO audit.system_metrics (metric_name, metric_value, metric_unit, metric_type, labels, timestamp, created_at, team_id, ledger_id, seq, clearance)
SELECT m.name, 1.5, 'x', 'gauge', m.labels::jsonb, $1, $1, 'ops', $2, 6, 2 FROM (VALUES ('osint_run_cpu_seconds', '{}'), ('osint_run_peak_memory_bytes', '{}'),
    ('osint_run_queue_tasks_max', '{}'), ('osint_run_queue_tasks_mean', '{}'), ('osint_run_stage_seconds', '{"stage":"collecting"}'),
    ('osint_run_findings', '{"severity":"high"}'), ('osint_run_latency_seconds', '{"source":"crt.sh","quantile":"0.95"}')) m(name, labels);
INSERT INTO audit.configuration_changes (change_id, component, operation, resource_path, old_value, new_value, changed_by, change_reason, change_timestamp, created_at, team_id, ledger_id, seq, clearance)
VALUES ($2, 'config', 'set', 'investigate.profile', '"default"', '"ci"', 'op-7', 'nightly', $1, $1, 'ops', $2, 7, 2);
INSERT INTO audit.events (event_uuid, timestamp, event_type, user_id, user_name, action, resource_type, resource_id, success, error_message, created_at, updated_at, team_id, ledger_id, seq, clearance)
SELECT $2, $1, e.kind, 'op-7', 'op-7', 'CREATE', 'case', 'c-1', e.ok, e.why, $1, $1, 'ops', $2, 8, 2 FROM (VALUES ('case.open', true, NULL), ('task.finish', false, 'timeout'), ('config', true, NULL)) e(kind, ok, why)`

// TestDashboardQueries runs each query on a real server, as a login that may
// only read: each has rows where there is something to show, of the form that
// its panel wants.
func TestDashboardQueries(t *testing.T) {
	ctx := t.Context()
	dsn := pgtest.Start(t)
	admin, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	if _, err := postgres.Migrate(ctx, admin, "ops"); err != nil {
		t.Fatal(err)
	}
	for _, stmt := range strings.Split(record, ";\n") {
		stmt = strings.NewReplacer("$1", "timestamptz '2026-11-25 04:00:00Z'", "$2", "'00000000-0000-4000-8000-000000000001'::uuid").Replace(stmt)
		if _, err := admin.Exec(ctx, stmt); err != nil {
			t.Fatalf("%v in\n%s", err, stmt)
		}
	}
	name, login := pgtest.Login(t, dsn, "osint_viewer")
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'ops', 'TLP:AMBER')", name)
	viewer, err := pgx.Connect(ctx, login)
	if err != nil {
		t.Fatal(err)
	}
	defer viewer.Close(context.Background())
	sql, format := queries(t)
	if len(sql) < 20 {
		t.Errorf("only %d queries", len(sql))
	}
	for title, q := range sql {
		if strings.Contains(q, "$") {
			t.Errorf("%s: a macro that this test does not know: %s", title, q)
			continue
		}
		rows, err := viewer.Query(ctx, q, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Errorf("%s: %v in\n%s", title, err, q)
			continue
		}
		var columns []string
		for _, f := range rows.FieldDescriptions() {
			columns = append(columns, f.Name)
		}
		n := 0
		for rows.Next() {
			n++
			if v, err := rows.Values(); err != nil || slices.Contains(v, nil) && format[title] != "table" {
				t.Errorf("%s: %v, %v", title, v, err)
			}
		}
		switch err := rows.Err(); {
		case err != nil:
			t.Errorf("%s: %v in\n%s", title, err, q)
		case n == 0:
			t.Errorf("%s: shows nothing:\n%s", title, q)
		case format[title] == "time_series" && !slices.Equal(columns, []string{"time", "metric", "value"}):
			t.Errorf("%s: columns %v, and a series wants time, metric, value", title, columns)
		}
	}
}
