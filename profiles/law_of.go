package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/compliance"
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

// LawOf returns a book of the frameworks that an organisation names, loaded
// from [LawFiles]; none is the book of the shelf.
func LawOf(dir string, names ...string) (*law.Book, error) {
	if len(names) == 0 {
		return Law()
	}
	if !slices.ContainsFunc(names, compliance.IsFrameworkFile) {
		if err := onShelf(names); err != nil {
			return nil, err
		}
		book, err := Law()
		if err != nil {
			return nil, err
		}
		return book.Only(names...)
	}
	files, err := LawFiles(dir, names...)
	if err != nil {
		return nil, err
	}
	return law.Load(files)
}

// LawFiles returns the documents of frameworks and of the lists that they may
// refer to, by path. Each name is the id of a framework of the shelf, or a file
// (what has a slash in it or ends in .yaml or .yml) of a Framework or a
// ReferenceList, relative to dir. None is all of the shelf. A file stands in
// for the document of the shelf that has its id.
func LawFiles(dir string, names ...string) (map[string][]byte, error) {
	own := map[string][]byte{}
	var ids []string
	for _, name := range names {
		if !compliance.IsFrameworkFile(name) {
			ids = append(ids, name)
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
	if len(names) == 0 {
		ids = FrameworkIDs()
	}
	if err := onShelf(ids); err != nil {
		return nil, err
	}
	return WithShelf(own, ids...), nil
}

// WithShelf returns documents of law and, beside them, all lists and some
// frameworks of the shelf, by id; those apart whose id a document has.
func WithShelf(own map[string][]byte, ids ...string) map[string][]byte {
	files := Lists()
	shelf := Frameworks()
	for _, id := range ids {
		file := "frameworks/" + id + ".yaml"
		files[file] = shelf[file]
	}
	for file, text := range own {
		if law.Kind(file, text) == "ReferenceList" {
			delete(files, "lists/"+IDOf(file, text)+".yaml")
		} else {
			delete(files, "frameworks/"+IDOf(file, text)+".yaml")
		}
	}
	for file, text := range own {
		files[file] = text
	}
	return files
}

// IDOf returns the id that a document says it has; "" if it doesn't say.
func IDOf(file string, text []byte) (id string) {
	leaves, _ := rule.Leaves(file, text)
	for _, l := range leaves {
		if strings.Join(l.Path, ".") == "metadata.id" && l.Decode(&id) == nil {
			return id
		}
	}
	return ""
}

// onShelf says which of ids is none, and what to write instead.
func onShelf(ids []string) error {
	known := FrameworkIDs()
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return fmt.Errorf("framework %q: there is none of that id, and a file needs its path, such as ./%s.yaml: %s", id, filepath.Base(id), rule.OneOf(id, known))
		}
	}
	return nil
}
