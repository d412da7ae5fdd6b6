package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// Levels are the names of levels, from the most to the least.
func Levels() []string { return []string{"debug", "info", "warn", "error", "off"} }

// ParseLevel reads a level, in any case; on is false for off.
func ParseLevel(name string) (level slog.Level, on bool, err error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, true, nil
	case "info":
		return slog.LevelInfo, true, nil
	case "warn", "warning":
		return slog.LevelWarn, true, nil
	case "error":
		return slog.LevelError, true, nil
	case "off":
		return 0, false, nil
	}
	return 0, false, fmt.Errorf("there is no level %q: write one of %s", name, strings.Join(Levels(), ", "))
}

// ecsVersion is the version of the Elastic Common Schema that names the fields.
const ecsVersion = "8.11.0"

// NewLogger returns a logger of JSON lines, each one Write to w, with the names
// that the Elastic Common Schema has. A line that can't be written is lost, and
// failed is called with the first reason.
func NewLogger(w io.Writer, level slog.Level, version string, failed func(error)) *slog.Logger {
	var once sync.Once
	h := slog.NewJSONHandler(writer(func(p []byte) (int, error) {
		n, err := w.Write(p)
		if err != nil {
			once.Do(func() { failed(err) })
		}
		return n, err
	}), &slog.HandlerOptions{Level: level, ReplaceAttr: named})
	return slog.New(h).With("ecs.version", ecsVersion, "service.name", "osint", "service.version", version, "event.dataset", "osint.run",
		"process.pid", os.Getpid())
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// named gives what slog itself writes the schema's names.
func named(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		return slog.String("@timestamp", a.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
	case slog.LevelKey:
		return slog.String("log.level", strings.ToLower(a.Value.String()))
	case slog.MessageKey:
		a.Key = "message"
	}
	return a
}

// took is a duration as the schema wants it: in nanoseconds.
func took(d time.Duration) slog.Attr { return slog.Int64("event.duration", int64(d)) }
