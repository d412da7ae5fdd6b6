package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"osint/pkg/audit"
	"osint/pkg/telemetry"
)

// lookAt investigates a small world with further flags.
func lookAt(t *testing.T, flags ...string) (stderr string) {
	t.Helper()
	args := append([]string{"investigate", "hollowmere.example", "--lab", "silent", "--active", "--quiet", "--format", "json", "--out", t.TempDir() + "/case"}, flags...)
	_, errs, code := runHere(t, args...)
	if code != 0 {
		t.Errorf("code %d: %s", code, errs)
	}
	return errs
}

func families(t *testing.T, r io.Reader) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	fs, err := p.TextToMetricFamilies(r)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// TestMetricsPush holds what a gateway is sent, where, and that its refusal is
// one line.
func TestMetricsPush(t *testing.T) {
	home(t)
	var mu sync.Mutex
	var asked []string
	var fs map[string]*dto.MetricFamily
	status := http.StatusOK
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Method+" "+r.URL.EscapedPath()+" "+r.Header.Get("Content-Type"))
		fs = families(t, r.Body)
		w.WriteHeader(status)
	}))
	defer gateway.Close()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if errs := lookAt(t, "--metrics-push", gateway.URL); errs != "" {
		t.Error(errs)
	}
	if fs["osint_run_exit_code"] == nil || fs["osint_run_latency_seconds"].GetType() != dto.MetricType_HISTOGRAM {
		t.Errorf("pushed: %v", fs)
	}
	status = http.StatusBadRequest
	if errs := lookAt(t, "--metrics-push", gateway.URL+"/metrics/job/nightly/site/hq"); errs != "osint: the metrics were not pushed: deliver to "+gateway.Listener.Addr().String()+": it answered 400: Bad Request\n" {
		t.Error(errs)
	}
	want := []string{"PUT /metrics/job/osint/instance/" + host + " text/plain; version=0.0.4; charset=utf-8", "PUT /metrics/job/nightly/site/hq text/plain; version=0.0.4; charset=utf-8"}
	if strings.Join(asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", asked, want)
	}
}

// TestPushgateway pushes twice to a real one, and reads back what it shows to
// Prometheus: the last run, whole.
func TestPushgateway(t *testing.T) {
	bin, err := exec.LookPath("prometheus-pushgateway")
	if err != nil {
		t.Skip("prometheus-pushgateway is not installed: Debian has a package of this name")
	}
	home(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	gateway := exec.Command(bin, "--web.listen-address="+addr)
	if err := gateway.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = gateway.Process.Kill()
		_ = gateway.Wait()
	}()
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get("http://" + addr + "/-/ready"); err == nil {
			r.Body.Close()
			break
		} else if time.Now().After(until) {
			t.Fatal(err)
		}
	}
	for range 2 {
		if errs := lookAt(t, "--metrics-push", "http://"+addr); errs != "" {
			t.Error(errs)
		}
	}
	r, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	fs := families(t, r.Body)
	if n := len(fs["osint_run_exit_code"].GetMetric()); n != 1 {
		t.Errorf("%d runs are shown, want the last", n)
	}
	if v := fs["push_failure_time_seconds"].GetMetric()[0].GetGauge().GetValue(); v != 0 {
		t.Errorf("a push failed at %v", v)
	}
}

// TestMetricsInterrupted holds that a run that is cut short is told too.
func TestMetricsInterrupted(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "m.prom")
	cmd := osintCommand(dir, "investigate", "brindleford.example", "--lab", "brindleford", "--lab-latency", "2s", "--out", filepath.Join(dir, "case"), "--metrics-textfile", file, "--log-file", filepath.Join(dir, "log"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(20 * time.Second); !strings.Contains(readIfThere(filepath.Join(dir, "log")), `"ruled"`) && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != interrupted {
		t.Fatal(code)
	}
	for _, want := range []string{`osint_run_exit_code{name="m"} 130`, `osint_run_targets{name="m",outcome="interrupted"} 1`} {
		if text := readIfThere(file); !strings.Contains(text, want+"\n") {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if log := readIfThere(filepath.Join(dir, "log")); !strings.Contains(log, fmt.Sprintf(`"event.action":"ended","process.exit_code":%d`, interrupted)) {
		t.Error(log)
	}
}

func readIfThere(file string) string {
	b, _ := os.ReadFile(file)
	return string(b)
}

// TestMetricsOnRecord holds that what a run used is one leaf of the ledger, of
// the run's case, under the names that Prometheus gets.
func TestMetricsOnRecord(t *testing.T) {
	base := home(t)
	lookAt(t)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(base, "state", "audit", audit.File)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT leaf FROM entry ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var of string // the case
	var samples []telemetry.Sample
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			t.Fatal(err)
		}
		l, err := audit.ParseLeaf(b)
		if err != nil {
			t.Fatal(err)
		}
		switch l.Type {
		case audit.CaseOpen:
			of = l.Case
		case audit.Metric:
			var body struct{ Samples []telemetry.Sample }
			if err := json.Unmarshal(l.Body, &body); err != nil {
				t.Fatal(err)
			}
			if samples = append(samples, body.Samples...); l.Case != of {
				t.Errorf("of the case %q, want %q", l.Case, of)
			}
		}
	}
	names := metricNames(t)
	seen := map[string]int{}
	for _, s := range samples {
		if seen[s.Name]++; !slices.Contains(names, s.Name) || s.Kind != telemetry.Counter && s.Kind != telemetry.Gauge || s.Unit == "" {
			t.Errorf("%+v", s)
		}
	}
	if seen["osint_run_peak_memory_bytes"] != 1 || seen["osint_run_stage_seconds"] != 7 || seen["osint_run_latency_seconds"] < 6 {
		t.Errorf("%v", seen)
	}
}
