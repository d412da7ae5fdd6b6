package main

import (
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"osint/pkg/telemetry"
)

// A watching is what the flags say of machines that watch runs: where metrics
// and logs go.
type watching struct {
	textfile, push    string
	logFile, logLevel string
	given             *pflag.FlagSet
}

func (w *watching) flags(fs *pflag.FlagSet) {
	w.given = fs
	fs.StringVar(&w.textfile, "metrics-textfile", "", "`FILE`: write the run's metrics for Prometheus, as node_exporter takes them: NAME.prom")
	fs.StringVar(&w.push, "metrics-push", "", "`URL`: push them to a Pushgateway, such as http://127.0.0.1:9091")
	fs.StringVar(&w.logFile, "log-file", "", "`FILE`: append the log to it, a JSON object a line, instead of stderr")
	fs.StringVar(&w.logLevel, "log-level", "", "`LEVEL`: "+strings.Join(telemetry.Levels(), ", ")+" (default: LOG_LEVEL, else info with --log-file, else off)")
	group(fs, "For machines that watch", "metrics-textfile", "metrics-push", "log-file", "log-level")
}

// read understands the flags and opens the log. screen is what shows the run:
// where that has stderr to itself, no log goes there.
func (w *watching) read(c *console, screen string) (*watch, error) {
	out := &watch{c: c, textfile: w.textfile}
	if w.push != "" {
		u, err := cleanURL("--metrics-push", w.push, "http", "https")
		if err != nil {
			return nil, err
		}
		if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return nil, usage("--metrics-push: write the gateway alone, such as http://127.0.0.1:9091, or all of it, to /metrics/job/NAME")
		}
		out.push = pushedTo(u)
	}
	level, on, err := w.level(c)
	if err != nil || !on {
		return out, err
	}
	switch {
	case w.logFile != "":
		if out.file, err = os.OpenFile(w.logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
			return nil, usage("--log-file: %w", err)
		}
		out.log = telemetry.NewLogger(out.file, level, thisBuild().Version, out.logFailed)
	case screen != "tui":
		out.stderr = true
		out.log = telemetry.NewLogger(c.errs, level, thisBuild().Version, out.logFailed)
	case distance(w.given.Lookup("log-level")) == 0:
		return nil, usage("--log-level: the screen has stderr to itself: name a --log-file, or write --progress plain")
	}
	return out, nil
}

// level is what --log-level says, else LOG_LEVEL, which other programs have
// too: what it says there that is no level of ours is told, and is none.
func (w *watching) level(c *console) (level slog.Level, on bool, err error) {
	if w.logLevel != "" {
		if level, on, err = telemetry.ParseLevel(w.logLevel); err != nil {
			return 0, false, usage("--log-level: %w", err)
		}
		return level, on, nil
	}
	if name := c.getenv("LOG_LEVEL"); name != "" {
		if level, on, err = telemetry.ParseLevel(name); err == nil {
			return level, on, nil
		}
		c.say("osint: LOG_LEVEL: %v", err)
	}
	return slog.LevelInfo, w.logFile != "", nil
}

// pushedTo returns the group that a Pushgateway keeps the metrics in: as
// written where it is, else one for this machine.
func pushedTo(u *url.URL) *url.URL {
	if strings.Contains(u.Path, "/metrics/job") {
		return u
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	return u.JoinPath("metrics", "job", "osint", "instance", host)
}

// nameOf tells the files of one folder apart in what is read from it.
func nameOf(textfile string) string {
	return strings.TrimSuffix(filepath.Base(textfile), ".prom")
}
