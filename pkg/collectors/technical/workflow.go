package technical

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A workflow is what one file of GitHub Actions says of how it may be abused. It
// is read line by line, for no more is asked of it than what stands on one.
type workflow struct {
	uses     int      // actions of others
	loose    []string // of these, those whose version somebody may move
	secrets  bool     // it is handed secrets beside the token of the run
	limited  bool     // it says what the token may do
	writeAll bool     // and that is everything
	target   bool     // it runs for strangers' changes with the rights of the repository
	head     bool     // and checks these changes out
}

var (
	reUses    = lazily(`^\s*(?:-\s+)?["']?uses["']?\s*:\s*["']?([^"'\s#]+)`)
	reSecret  = lazily(`\$\{\{[^}]*\bsecrets\s*(?:\.\s*([A-Za-z_][A-Za-z0-9_]*)|\[\s*'([^']+)'\s*\])`)
	reLimits  = lazily(`^\s*["']?permissions["']?\s*:\s*(.*)$`)
	reTarget  = lazily(`^\s*(?:-\s*|["']?on["']?\s*:.*[\s\[,{"'])?["']?pull_request_target\b`)
	reHead    = lazily(`github\.(?:event\.pull_request\.head\.(?:sha|ref)|head_ref)|refs/pull/\$\{\{`)
	rePinned  = lazily(`@[0-9a-f]{40}$|@[0-9a-f]{64}$|@sha256:[0-9a-f]{64}$`)
	reInherit = lazily(`^\s*secrets\s*:\s*["']?inherit`)
)

func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// parseWorkflow reads one file.
func parseWorkflow(text string) (w workflow) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(strings.TrimSpace(line), "#") || len(line) > 4096 {
			continue
		}
		if m := reUses().FindStringSubmatch(line); m != nil && !strings.HasPrefix(m[1], "./") {
			w.uses++
			if action := word(m[1]); !rePinned().MatchString(m[1]) && action != "" && !slices.Contains(w.loose, action) {
				w.loose = append(w.loose, action)
			}
		}
		for _, m := range reSecret().FindAllStringSubmatch(line, 8) {
			w.secrets = w.secrets || m[1]+m[2] != "GITHUB_TOKEN"
		}
		if m := reLimits().FindStringSubmatch(line); m != nil {
			w.limited = true
			w.writeAll = w.writeAll || strings.HasPrefix(strings.TrimSpace(m[1]), "write-all")
		}
		w.secrets = w.secrets || reInherit().MatchString(line)
		w.target = w.target || reTarget().MatchString(line)
		w.head = w.head || reHead().MatchString(line)
	}
	return w
}
