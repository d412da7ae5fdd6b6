package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

func logged(t *testing.T, level slog.Level) []map[string]any {
	t.Helper()
	var b bytes.Buffer
	to := NewLogger(&b, level, "1.2.3", func(err error) { t.Error(err) })
	night(t, NewLog(to, "c-1", map[string]string{"ct": "crt.sh"}))
	End(to, "c-1", 3, errors.New("coverage is low"))
	var lines []map[string]any
	for l := range strings.Lines(b.String()) {
		lines = append(lines, object(t, l))
	}
	return lines
}

// object reads one object and fails if a key stands in it twice.
func object(t *testing.T, text string) map[string]any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	var read func(first json.Token) any
	read = func(first json.Token) any {
		if first != json.Delim('{') {
			return first
		}
		m := map[string]any{}
		for dec.More() {
			key, _ := dec.Token()
			value, err := dec.Token()
			if err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			if _, twice := m[key.(string)]; twice {
				t.Errorf("%s stands twice in %s", key, text)
			}
			m[key.(string)] = read(value)
		}
		dec.Token()
		return m
	}
	first, err := dec.Token()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	m := read(first).(map[string]any)
	if _, err := dec.Token(); err != io.EOF {
		t.Errorf("more than one object: %s", text)
	}
	return m
}

// TestLog holds each line to the schema's names, and each act to one line.
func TestLog(t *testing.T) {
	actions := map[string]int{}
	for _, l := range logged(t, slog.LevelInfo) {
		for _, name := range []string{"@timestamp", "log.level", "message", "ecs.version", "service.name", "service.version", "event.dataset", "process.pid", "event.action"} {
			if l[name] == nil {
				t.Errorf("no %s in %v", name, l)
			}
		}
		if at, err := time.Parse(time.RFC3339, l["@timestamp"].(string)); err != nil || at.Location() != time.UTC {
			t.Errorf("%v: %v", l["@timestamp"], err)
		}
		if l["labels"].(map[string]any)["case"] != "c-1" {
			t.Errorf("of no case: %v", l)
		}
		actions[l["event.action"].(string)]++
		switch l["event.action"] {
		case "task-finished":
			labels := l["labels"].(map[string]any)
			if labels["collector"] == "whois" && (l["log.level"] != "warn" || l["event.outcome"] != "failure" || labels["outcome"] != "timeout" || l["event.reason"] != "no answer") {
				t.Errorf("a failure: %v", l)
			}
			if labels["collector"] == "ct" && (l["log.level"] != "info" || labels["source"] != "crt.sh" || l["event.duration"] != 1e9) {
				t.Errorf("an answer: %v", l)
			}
		case "ended":
			if l["log.level"] != "warn" || l["process.exit_code"] != 3.0 || l["error.message"] != "coverage is low" {
				t.Errorf("the end: %v", l)
			}
		}
	}
	for action, n := range map[string]int{"opened": 1, "ruled": 1, "task-finished": 2, "found": 1, "assessed": 1, "closed": 1, "withheld": 1, "noted": 1, "ended": 1, "exchanged": 0, "observed": 0, "task-started": 0} {
		if actions[action] != n {
			t.Errorf("%d lines of %s, want %d", actions[action], action, n)
		}
	}
	debug := map[string]int{}
	for _, l := range logged(t, slog.LevelDebug) {
		debug[l["event.action"].(string)]++
	}
	if debug["exchanged"] != 5 || debug["observed"] != 1 || debug["task-started"] != 1 {
		t.Errorf("at debug: %v", debug)
	}
	if n := len(logged(t, slog.LevelError)); n != 0 {
		t.Errorf("at error: %d lines", n)
	}
}

// TestNoFreeText holds that nothing people wrote freely gets into a log.
func TestNoFreeText(t *testing.T) {
	var b bytes.Buffer
	to := NewLogger(&b, slog.LevelDebug, "1", func(err error) { t.Error(err) })
	night(t, NewLog(to, "c-1", nil))
	for _, word := range []string{"Quill", "Marsh"} {
		if strings.Contains(b.String(), word) {
			t.Errorf("%s stands in the log", word)
		}
	}
}

// TestLoggerFails holds that a log that can't be written is told of once, and
// stops nothing.
func TestLoggerFails(t *testing.T) {
	told := 0
	to := NewLogger(writer(func([]byte) (int, error) { return 0, errors.New("disk full") }), slog.LevelInfo, "1", func(error) { told++ })
	night(t, NewLog(to, "c-1", nil))
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// TestOneLogManyRuns has several runs write to one log at once.
func TestOneLogManyRuns(t *testing.T) {
	var b bytes.Buffer
	to := NewLogger(&b, slog.LevelInfo, "1", func(err error) { t.Error(err) })
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { night(t, NewLog(to, "c-1", nil)) })
	}
	all.Wait()
	n := 0
	for l := range strings.Lines(b.String()) {
		object(t, l)
		n++
	}
	if n != 8*9 {
		t.Errorf("%d lines", n)
	}
}

func TestParseLevel(t *testing.T) {
	for name, want := range map[string]slog.Level{"debug": slog.LevelDebug, "INFO": slog.LevelInfo, "Warning": slog.LevelWarn, "error": slog.LevelError} {
		if level, on, err := ParseLevel(name); level != want || !on || err != nil {
			t.Error(name, level, on, err)
		}
	}
	if _, on, err := ParseLevel("off"); on || err != nil {
		t.Error("off is on", err)
	}
	if _, _, err := ParseLevel("loud"); err == nil || !strings.Contains(err.Error(), "debug, info, warn, error, off") {
		t.Error(err)
	}
}
