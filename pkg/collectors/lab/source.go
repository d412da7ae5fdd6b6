package lab

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"osint/pkg/pipeline/rule"
	"osint/testdata"
)

// Source returns the text of an embedded world, whole: its own file, its parts
// (lab/NAME/*.txtar), and what the sources of every world answer where it says
// nothing else (lab/common/*.txtar). Of two files with one name the first holds,
// but zones are put together. Of a part's comment the lines "asks:" and
// "personal:" count.
func Source(name string) ([]byte, error) {
	own, err := fs.ReadFile(testdata.Worlds, path.Join("lab", name+".txtar"))
	if err != nil || strings.ContainsAny(name, `/\`) {
		return nil, fmt.Errorf("no world is called %q: %s; or give the path of a .txtar file", name, rule.OneOf(name, Names()))
	}
	return joined(own, name, "common")
}

// joined returns a world with the parts that lie in folders.
func joined(own []byte, dirs ...string) ([]byte, error) {
	whole, at := txtar.Parse(own), map[string]int{}
	for i, f := range whole.Files {
		at[f.Name] = i
	}
	for _, dir := range dirs {
		parts, err := fs.Glob(testdata.Worlds, path.Join("lab", dir, "*.txtar"))
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			b, err := fs.ReadFile(testdata.Worlds, part)
			if err != nil {
				return nil, err
			}
			join(whole, at, txtar.Parse(b))
		}
	}
	return txtar.Format(whole), nil
}

// join adds a part to a world.
func join(whole *txtar.Archive, at map[string]int, part *txtar.Archive) {
	for line := range strings.Lines(string(part.Comment)) {
		if strings.HasPrefix(line, "asks:") || strings.HasPrefix(line, "personal:") {
			whole.Comment = slices.Concat(whole.Comment, []byte(line))
		}
	}
	for _, f := range part.Files {
		i, there := at[f.Name]
		switch {
		case !there:
			at[f.Name] = len(whole.Files)
			whole.Files = append(whole.Files, f)
		case strings.HasPrefix(f.Name, "dns://"):
			whole.Files[i].Data = slices.Concat(whole.Files[i].Data, []byte("\n"), f.Data)
		}
	}
}
