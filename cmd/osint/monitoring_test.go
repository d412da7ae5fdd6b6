package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"osint/pkg/telemetry"
)

const monitoringFiles = "../../docs/monitoring/"

// metricNames are the names of all metrics that osint writes: of runs, and of status.
func metricNames(t *testing.T) []string {
	t.Helper()
	free, now := int64(1), time.Now()
	up := true
	all := &state{Shared: sharedState{Reached: &up}, At: now, Store: storeState{Free: &free}, Ledger: ledgerState{State: "ok", Last: &now},
		Spool: []spoolState{{Dest: "db.example/audit", Waiting: 1}}, Sources: []sourceState{{Source: "crt.sh"}}}
	var text bytes.Buffer
	if err := telemetry.WriteReadings(&text, all.readings()); err != nil {
		t.Fatal(err)
	}
	text.WriteString(read(t, "../../pkg/telemetry/testdata/night.prom"))
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(text.String(), -1) {
		names = append(names, m[1])
	}
	return names
}

// TestAlertsAreOfOurMetrics holds that each rule is of metrics that there are,
// has a case in which it fires, and says what to do.
func TestAlertsAreOfOurMetrics(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr         string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, monitoringFiles+"alerts.yml")), &rules); err != nil {
		t.Fatal(err)
	}
	var cases struct {
		Tests []struct {
			AlertRuleTest []struct {
				Alertname string
				ExpAlerts []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, monitoringFiles+"alerts_test.yml")), &cases); err != nil {
		t.Fatal(err)
	}
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, c := range cases.Tests {
		for _, x := range c.AlertRuleTest {
			if len(x.ExpAlerts) > 0 {
				fires[x.Alertname] = true
			} else {
				quiet[x.Alertname] = true
			}
		}
	}
	names := metricNames(t)
	page := read(t, "../../docs/operations.md")
	count := 0
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			count++
			if !fires[r.Alert] || !quiet[r.Alert] {
				t.Errorf("%s: no case in which it fires, or none in which it does not", r.Alert)
			}
			for _, m := range regexp.MustCompile(`osint_\w+`).FindAllString(r.Expr, -1) {
				if !slices.Contains(names, strings.TrimSuffix(m, "_bucket")) {
					t.Errorf("%s: osint has no metric %s", r.Alert, m)
				}
			}
			if r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
				t.Errorf("%s: no severity, summary or action", r.Alert)
			}
			if !strings.Contains(page, "`"+r.Alert+"`") {
				t.Errorf("%s does not stand in docs/operations.md", r.Alert)
			}
		}
	}
	if count < 10 {
		t.Errorf("only %d rules", count)
	}
	for _, n := range names {
		if !strings.Contains(page, "`"+n+"`") {
			t.Errorf("%s does not stand in docs/operations.md", n)
		}
	}
}

// TestAlertsByPromtool has Prometheus's own tool check the rules and play
// their cases.
func TestAlertsByPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: Debian's package prometheus has it")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.Command(tool, args...)
		cmd.Dir = monitoringFiles
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
