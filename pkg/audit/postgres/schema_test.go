package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// columns are what our users know, in their order; each table has ours behind.
var columns = map[string]string{
	"events":                 "id event_uuid timestamp event_type user_id user_name source_ip user_agent session_id action resource_type resource_id resource_name success error_message request_data response_data processing_time_ms created_at updated_at",
	"investigations":         "id investigation_id investigator_id investigator_name target_identifier investigation_type priority status created_at started_at completed_at processing_time_seconds data_points_collected api_calls_made cost_estimate_usd risk_score threat_level compliance_status classification_level key_findings warnings errors metadata audit_created_at audit_updated_at",
	"api_key_usage":          "id service_name operation user_id investigation_id request_timestamp response_time_ms success rate_limited quota_exceeded request_size response_size cost_usd error_type error_message request_metadata created_at",
	"risk_assessments":       "id assessment_id investigation_id target_id overall_risk_score threat_level confidence_level assessment_data threat_vectors critical_findings recommendations correlation_analysis assessed_by assessed_at data_freshness_score coverage_completeness created_at",
	"compliance_assessments": "id assessment_id investigation_id framework status risk_level compliance_score violations data_categories processing_records remediation_actions assessed_by assessed_at next_review_date created_at",
	"system_metrics":         "id metric_name metric_value metric_unit metric_type labels timestamp created_at",
	"configuration_changes":  "id change_id component operation resource_path old_value new_value changed_by change_reason approved_by change_timestamp created_at",
}

// projections are those that are made anew.
var projections = []string{"investigations", "api_key_usage", "risk_assessments", "compliance_assessments", "system_metrics", "configuration_changes"}

// list returns the rows of a query of one text column.
func list(t testing.TB, c *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return all
}

func TestColumns(t *testing.T) {
	c := connect(t, migrated(t))
	for table, want := range columns {
		got := list(t, c, "SELECT attname::text FROM pg_attribute WHERE attrelid = ('audit.' || $1)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", table)
		said := strings.Join(got, " ")
		ours := " team_id ledger_id seq clearance"
		if table == "events" {
			ours = " case_id" + ours
		}
		if said != want+ours {
			t.Errorf("%s has\n%s, want\n%s", table, said, want+ours)
		}
	}
}

// TestRights: every table has row-level security that binds its owner too; the
// roles may read and call what is listed and nothing else; nobody is PUBLIC.
func TestRights(t *testing.T) {
	c := connect(t, migrated(t))
	if open := list(t, c, `SELECT relname::text FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p')
		AND NOT (relrowsecurity AND relforcerowsecurity) AND relname <> 'migration'`); len(open) != 0 {
		t.Errorf("tables without row-level security: %v", open)
	}
	if loose := list(t, c, `SELECT proname::text FROM pg_proc WHERE pronamespace = 'audit'::regnamespace AND prosecdef
		AND NOT coalesce('search_path=pg_catalog, audit, pg_temp' = ANY (proconfig), false)`); len(loose) != 0 {
		t.Errorf("functions with the owner's rights and no fixed search_path: %v", loose)
	}
	if other := list(t, c, `SELECT relname::text FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relowner <> 'osint_owner'::regrole
		UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'audit'::regnamespace AND proowner <> 'osint_owner'::regrole`); len(other) != 0 {
		t.Errorf("not the owner's: %v", other)
	}
	if login := list(t, c, "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'osint\\_%' AND rolname !~ '_login_' AND (rolcanlogin OR rolsuper OR rolbypassrls)"); len(login) != 0 {
		t.Errorf("roles that log in or pass all: %v", login)
	}
	const functions = `SELECT proname::text FROM pg_proc WHERE pronamespace = 'audit'::regnamespace AND has_function_privilege($1, oid, 'EXECUTE') ORDER BY 1`
	const tables = `SELECT relname::text FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND has_table_privilege($1, oid, 'SELECT') AND relkind IN ('r', 'p', 'v') ORDER BY 1`
	const writes = `SELECT relname::text FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p', 'v') AND has_table_privilege($1, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`
	for role, want := range map[string][2]string{
		"public":     {"", ""},
		"osint_ship": {"ensure_partitions extent json known my_clearance my_team project rank receive seal stage", "checkpoint entry ledger log member migration projection silence"},
		"osint_viewer": {"get_api_usage_stats get_investigator_success_rate json my_clearance my_team rank",
			"api_key_usage compliance_assessments configuration_changes dossier entry events investigations log member migration risk_assessments system_metrics"},
		"osint_analyst": {"extent get_api_usage_stats get_investigator_success_rate json known my_clearance my_team rank",
			"api_key_usage checkpoint compliance_assessments configuration_changes entry events investigations ledger log member migration projection risk_assessments silence system_metrics"},
		"osint_admin": {"admit dismiss ensure_partitions extent get_api_usage_stats get_investigator_success_rate hand_over json known my_clearance my_team project rank",
			"api_key_usage checkpoint compliance_assessments configuration_changes entry events investigations ledger log member migration projection risk_assessments silence system_metrics"},
	} {
		if got := strings.Join(list(t, c, functions, role), " "); got != want[0] {
			t.Errorf("%s may call %s, want %s", role, got, want[0])
		}
		if got := strings.Join(list(t, c, tables, role), " "); got != want[1] {
			t.Errorf("%s may read %s, want %s", role, got, want[1])
		}
		if got := list(t, c, writes, role); len(got) != 0 {
			t.Errorf("%s may write %v", role, got)
		}
	}
}

// TestPlans: what the indexes are for goes by them.
func TestPlans(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	b := newBook(ledgerID(1), noon)
	for i := range 200 {
		wholeCase(b, fmt.Sprintf("c-%d", i), i)
	}
	mustReceive(t, c, b)
	one[int](t, c, "SELECT audit.project()")
	su := connect(t, dsn)
	if _, err := su.Exec(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	for sql, index := range map[string]string{
		"SELECT * FROM audit.events ORDER BY timestamp DESC LIMIT 10":                                  "timestamp",
		"SELECT * FROM audit.events WHERE case_id = 'c-7'":                                             "case_id",
		"SELECT * FROM audit.investigations WHERE investigator_id = 'nobody'":                          "investigations_investigator",
		"SELECT * FROM audit.investigations WHERE investigation_id = 'c-7'":                            "investigations_investigation_id",
		"SELECT * FROM audit.investigations WHERE target_identifier = 'c-7.example'":                   "investigations_target",
		"SELECT * FROM audit.investigations WHERE status = 'pending'":                                  "investigations_status",
		"SELECT * FROM audit.investigations ORDER BY created_at DESC LIMIT 3":                          "investigations_created",
		"SELECT * FROM audit.api_key_usage WHERE service_name = 'nobody'":                              "service_name",
		"SELECT * FROM audit.risk_assessments ORDER BY overall_risk_score DESC LIMIT 3":                "risk_assessments_score",
		"SELECT * FROM audit.compliance_assessments WHERE framework = 'gdpr'":                          "compliance_assessments_framework",
		"SELECT * FROM audit.entry WHERE ledger_id = '" + b.id + "' AND seq = 7":                       "_pkey",
		"SELECT * FROM audit.entry WHERE team_id = 'blue' AND case_id = 'c-7' AND type IN ('risk')":    "case_id",
		"SELECT * FROM audit.system_metrics WHERE metric_name = 'nobody' AND timestamp > '2026-11-01'": "metric_name",
	} {
		plan := strings.Join(list(t, su, "EXPLAIN (COSTS OFF) "+sql), "\n")
		// Empty partitions and the one behind are read whole, at no cost.
		if full := strings.Contains(plan, "Seq Scan on"); !strings.Contains(plan, index) || full && strings.Contains(plan, "Seq Scan on investigations") {
			t.Errorf("%s goes by\n%s\nwant an index named with %s", sql, plan, index)
		}
	}
}
