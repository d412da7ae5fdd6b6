package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A search finds the cases in which a person is.
type search struct {
	c          *console
	subjects   []string
	in         []string
	everywhere bool

	keys    string // the key store
	subject *pipeline.Subject
	index   *pipeline.Index
	older   int               // cases that were read through, being older than the index
	dirs    map[string]string // by case; nil until they are needed
	strange int               // identifiers that the index knows in no case
	missed  []string          // folders of cases that can't be read
}

// A foundCase is a case that may hold something of the person.
type foundCase struct {
	id    string
	dir   string             // "" if its folder is not where it was, nor among the others
	kids  []pipeline.Indexed // keys that seal the person's values
	older bool               // it is not in the index
}

func (s *search) flags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&s.subjects, "subject", nil, "`ENTITY|-`: an identifier of the person; repeatable; - reads them from stdin, a line each")
	fs.StringArrayVar(&s.in, "in", nil, "`DIR`: look there too: a case, a batch, or a folder of them; repeatable")
	fs.BoolVar(&s.everywhere, "everywhere", false, "read every case through, also those that the index does not name")
}

// read understands the flags.
func (s *search) read() (err error) {
	es, err := s.c.typedEntities(s.subjects)
	if err != nil {
		return err
	}
	if len(es) == 0 {
		return usage("--subject is missing: write an identifier of the person, such as --subject ada@example.com")
	}
	if s.subject, err = pipeline.NewSubject(es...); err != nil {
		return usage("--subject %w", err)
	}
	for _, dir := range s.in {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return usage("--in: there is no folder %s", dir)
		}
	}
	s.keys = s.c.places(false).keys()
	s.index, err = pipeline.OpenIndex(s.keys)
	return err
}

// typedEntities reads what --subject names; "-" is stdin, a line each.
func (c *console) typedEntities(texts []string) (es []pipeline.Entity, err error) {
	for _, text := range texts {
		if text == "-" {
			es, err = appendLines(es, c.in, "stdin")
		} else {
			es, err = appendEntity(es, text)
		}
		if err != nil {
			return nil, err
		}
	}
	return es, nil
}

// cases returns where the person may be, by id: what the index names, what is
// not in it, and what the flags say.
func (s *search) cases() ([]*foundCase, error) {
	found := map[string]*foundCase{}
	get := func(id string) *foundCase {
		if found[id] == nil {
			found[id] = &foundCase{id: id}
		}
		return found[id]
	}
	for _, e := range s.subject.Entities {
		places, err := s.index.Find(e.Value)
		if err != nil {
			return nil, err
		}
		if len(places) == 0 {
			s.strange++
		}
		for _, p := range places {
			get(p.Case).kids = append(get(p.Case).kids, p)
		}
	}
	older, err := s.index.Missing()
	if err != nil {
		return nil, err
	}
	for _, id := range older {
		get(id).older = true
	}
	s.older = len(older)
	if s.everywhere || len(s.in) > 0 {
		for id, dir := range s.everyCase(s.everywhere) {
			get(id).dir = dir
		}
	}
	if s.everywhere {
		ids, err := pipeline.CasesWithKeys(s.keys)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			get(id)
		}
	}
	var all []*foundCase
	for _, f := range found {
		if f.dir == "" {
			f.dir = s.place(f.id)
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *foundCase) int { return strings.Compare(a.dir+a.id, b.dir+b.id) })
	return all, nil
}

// place returns the folder of a case; "" if it is nowhere.
func (s *search) place(id string) string {
	if k, err := pipeline.OpenKeys(s.keys, id); err == nil && k.Place() != "" {
		if there, err := caseID(k.Place()); err == nil && there == id {
			return k.Place()
		}
	}
	if s.dirs == nil {
		s.dirs = s.everyCase(true)
	}
	return s.dirs[id]
}

// everyCase returns the folders of cases by their ids: those in the folders that
// flags name, and with usual those where cases are kept. Of two copies one is
// told: the one where cases are kept.
func (s *search) everyCase(usual bool) map[string]string {
	roots := slices.Clone(s.in)
	if usual {
		roots = append(roots, s.c.places(false).cases())
	}
	dirs := map[string]string{}
	for _, root := range roots {
		for _, dir := range casesIn(root) {
			id, err := caseID(dir)
			if err != nil {
				s.miss(dir, err)
				continue
			}
			dirs[id] = dir
		}
	}
	return dirs
}

// miss says once of a case that it can't be told which it is, so that nobody looks
// through it. One without a line holds nothing.
func (s *search) miss(dir string, err error) {
	if info, e := os.Stat(filepath.Join(dir, caseFile)); e == nil && info.Size() == 0 || slices.Contains(s.missed, dir) {
		return
	}
	s.missed = append(s.missed, dir)
	s.c.say("osint: %s was not looked through: %s", report.Safe(dir), report.Safe(reason(err)))
}

// known returns the folders of all cases that are known, by id: where cases are
// kept, in the folders that flags name, and where the key store says. gone are
// cases that have keys and no folder.
func (s *search) known() (dirs map[string]string, gone []string, err error) {
	s.dirs = s.everyCase(true)
	ids, err := pipeline.CasesWithKeys(s.keys)
	if err != nil {
		return nil, nil, err
	}
	dirs = s.dirs
	for _, id := range ids {
		if dirs[id] != "" {
			continue
		}
		if dir := s.place(id); dir != "" {
			dirs[id] = dir
		} else {
			gone = append(gone, id)
		}
	}
	return dirs, gone, nil
}

// casesIn returns the case that a folder is, or those in it and in its batches.
func casesIn(root string) (dirs []string) {
	switch {
	case holdsCase(root):
		return []string{root}
	case isBatch(root):
		for _, n := range batchCases(root) {
			dirs = append(dirs, filepath.Join(root, n))
		}
		return dirs
	}
	for _, n := range append(caseNames(root), casesOfBatches(root)...) {
		dirs = append(dirs, filepath.Join(root, n))
	}
	return dirs
}

// look reads a case without taking it. Of a broken one it reads the sound part.
func (s *search) look(dir string) (*pipeline.Case, *pipeline.Vault, error) {
	cs, err := pipeline.Read(dir)
	if err != nil && (cs == nil || cs.Opened == nil || !errors.As(err, new(*pipeline.BrokenCase))) {
		return nil, nil, err
	}
	v, err := pipeline.ReadVault(cs, dir, s.keys)
	return cs, v, err
}
