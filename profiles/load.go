package profiles

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/pipeline/rule"
)

//go:embed *.yaml rules/*.yaml frameworks/*.yaml lists/*.yaml
var shelf embed.FS

// Load returns a profile of the shelf by its name, or one from a file: what
// has a slash in it or ends in .yaml or .yml is a file. The error says every
// line that is wrong and what to write instead.
func Load(nameOrPath string) (*Profile, error) {
	text, err := Text(nameOrPath)
	if err != nil {
		return nil, err
	}
	file := nameOrPath
	if !isPath(nameOrPath) {
		file = nameOrPath + ".yaml"
	}
	return Parse(file, text)
}

// Text returns a profile as it is written, comments and all.
func Text(nameOrPath string) ([]byte, error) {
	if isPath(nameOrPath) {
		text, err := os.ReadFile(nameOrPath)
		if err != nil {
			return nil, fmt.Errorf("profile: %w", err)
		}
		return text, nil
	}
	if names := Names(); !slices.Contains(names, nameOrPath) {
		return nil, fmt.Errorf("profile %q: there is none of that name, and a file needs its path, such as ./%s.yaml: %s",
			nameOrPath, filepath.Base(nameOrPath), rule.OneOf(nameOrPath, names))
	}
	return shelf.ReadFile(nameOrPath + ".yaml")
}

func isPath(s string) bool {
	return strings.ContainsAny(s, `/\`) || strings.HasSuffix(s, ".yaml") || strings.HasSuffix(s, ".yml")
}

// Names returns the names of the profiles on the shelf, "default" first, then
// by the alphabet.
func Names() []string {
	files, _ := fs.Glob(shelf, "*.yaml")
	names := []string{"default"}
	for _, f := range files {
		if n := strings.TrimSuffix(f, ".yaml"); n != "default" {
			names = append(names, n)
		}
	}
	return names
}

// Rules returns the embedded files of finding rules by their path on the
// shelf: "rules/email.yaml".
func Rules() map[string][]byte {
	return shelved("rules/*.yaml", func(string) bool { return true })
}
