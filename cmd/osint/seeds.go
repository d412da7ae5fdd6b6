package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// entities reads the seeds and what is declared beside them.
func (o *order) entities(c *console, seeds []string) (s pipeline.Scope, err error) {
	for _, text := range seeds {
		if holdsCase(text) || slices.Contains(caseNames(c.places(false).cases()), text) {
			return s, usage("%q is a case, not a target: osint show %s looks into it, osint resume %s continues it", text, text, text)
		}
		if text == "-" {
			s.Seeds, err = appendLines(s.Seeds, c.in, "stdin")
		} else {
			s.Seeds, err = appendEntity(s.Seeds, text)
		}
		if err != nil {
			return s, err
		}
	}
	if len(s.Seeds) == 0 {
		return s, usage("no target: type osint investigate example.com")
	}
	if s.Declared, err = listed("--scope", o.scope); err != nil {
		return s, err
	}
	if s.Excluded, err = listed("--exclude-entity", o.excluded); err != nil {
		return s, err
	}
	for _, seed := range s.Seeds {
		if slices.Contains(s.Excluded, seed) {
			return s, usage("--exclude-entity %s: it is a target too: take one of them out", seed.Value)
		}
	}
	return s, nil
}

// listed reads the values of a flag that takes an entity or a file of them:
// what is there as a file is a file; kind:value is always an entity.
func listed(flag string, texts []string) (es []pipeline.Entity, err error) {
	for _, text := range texts {
		if info, e := os.Stat(text); e == nil && info.Mode().IsRegular() {
			f, e := os.Open(text)
			if e != nil {
				return nil, usage("%s: %w", flag, e)
			}
			es, err = appendLines(es, f, text)
			f.Close()
		} else if looksLikeFile(text) {
			err = usage("%s %s: there is no file of that name; if it is a name in DNS, write domain:%s", flag, text, text)
		} else if es, err = appendEntity(es, text); err != nil {
			err = usage("%s: %w; nor is there a file of that name", flag, err)
		}
		if err != nil {
			return nil, err
		}
	}
	return es, nil
}

// looksLikeFile reports whether a text is more likely a file that is not there
// than an entity: no name in DNS ends so.
func looksLikeFile(text string) bool {
	return slices.Contains([]string{".txt", ".csv", ".tsv", ".lst", ".list", ".json", ".jsonl", ".yaml", ".yml"}, filepath.Ext(text)) &&
		!strings.Contains(text, ":")
}

// appendLines reads one entity a line; blank lines and those that begin with
// # are left out. An error names the file and the line.
func appendLines(es []pipeline.Entity, r io.Reader, name string) ([]pipeline.Entity, error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		var err error
		if es, err = appendEntity(es, text); err != nil {
			return nil, usage("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, usage("%s: %w", name, err)
	}
	return es, nil
}

func appendEntity(es []pipeline.Entity, text string) ([]pipeline.Entity, error) {
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		return nil, usage("%w", err)
	}
	if slices.Contains(es, e) {
		return es, nil
	}
	return append(es, e), nil
}
