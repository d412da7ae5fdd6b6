package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline/rule"
)

// FrameworkIDs returns the ids of the frameworks of the shelf, by the
// alphabet.
func FrameworkIDs() (ids []string) {
	for file := range Frameworks() {
		ids = append(ids, strings.TrimSuffix(strings.TrimPrefix(file, "frameworks/"), ".yaml"))
	}
	slices.Sort(ids)
	return ids
}

// LawOf returns a book of the frameworks that an organisation names: each an
// id of the shelf, or a file (what has a slash in it or ends in .yaml or .yml)
// of a Framework or a ReferenceList, relative to dir. None is all of the
// shelf. The lists of the shelf are there too, but for one whose id a file
// among names has: that file stands in for it. The error says every line that
// is wrong and what to write instead.
func LawOf(dir string, names ...string) (*law.Book, error) {
	own, err := readLaw(dir, names)
	if err != nil {
		return nil, err
	}
	ids := slices.DeleteFunc(slices.Clone(names), isPath)
	for _, id := range ids {
		if known := FrameworkIDs(); !slices.Contains(known, id) {
			return nil, fmt.Errorf("framework %q: there is none of that id, and a file needs its path, such as ./%s.yaml: %s", id, filepath.Base(id), rule.OneOf(id, known))
		}
	}
	if len(own) > 0 {
		return lawWith(own, ids)
	}
	book, err := Law()
	if err == nil && len(ids) > 0 {
		book, err = book.Only(ids...)
	}
	return book, err
}

// readLaw reads those of names that are files.
func readLaw(dir string, names []string) (map[string][]byte, error) {
	own := map[string][]byte{}
	for _, name := range names {
		if !isPath(name) {
			continue
		}
		file := name
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("framework: %w", err)
		}
		own[file] = text
	}
	return own, nil
}

// lawWith loads files beside frameworks and lists of the shelf.
func lawWith(own map[string][]byte, ids []string) (*law.Book, error) {
	files, lists := Lists(), map[string][]byte{}
	for file, text := range own {
		if law.Kind(file, text) == "ReferenceList" {
			lists[file] = text
		}
	}
	replaced, err := law.Load(lists)
	if err != nil {
		return nil, err
	}
	for _, l := range replaced.Lists() {
		delete(files, "lists/"+l.ID+".yaml")
	}
	for file, text := range own {
		files[file] = text
	}
	shelf := Frameworks()
	for _, id := range ids {
		files["frameworks/"+id+".yaml"] = shelf["frameworks/"+id+".yaml"]
	}
	return law.Load(files)
}
