package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"osint/pkg/compliance/law"
	"osint/profiles"
)

// soundLaw reads a Framework or a ReferenceList, with the lists of the shelf
// beside it.
func soundLaw(file string, text []byte) (sounded, error) {
	book, err := law.Load(profiles.WithShelf(map[string][]byte{file: text}))
	if err != nil {
		return sounded{}, err
	}
	s := sounded{kind: "Framework"}
	for _, f := range book.Frameworks() {
		s.id, s.version, s.sha256 = f.ID, f.Version, f.SHA256
	}
	if s.id == "" {
		s.kind, s.id, s.sha256 = "ReferenceList", profiles.IDOf(file, text), digest(text)
	}
	for _, w := range book.Stale(lawClock()) {
		if w.ID == s.id {
			s.doubt = w.Text
		}
	}
	return s, nil
}

// soundCases reads a file of cases, and does not try them.
func soundCases(file string, text []byte) (sounded, error) {
	c, err := law.ParseCases(file, text)
	if err != nil {
		return sounded{}, err
	}
	of := "all frameworks"
	if len(c.Frameworks) > 0 {
		of = strings.Join(c.Frameworks, ", ")
	}
	return sounded{kind: "Cases", id: fmt.Sprintf("%d of %s", len(c.Cases), of), sha256: digest(text)}, nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
