package main

import (
	"fmt"
	"slices"

	"osint/pkg/compliance"
	"osint/pkg/compliance/law"
	"osint/profiles"
)

// A sounded is a document that was read and found sound.
type sounded struct {
	kind, id, version, sha256 string
	doubt                     string // what in it will not do what was meant; "" is nothing
}

// readers read a document by its kind; what has none of these is a profile.
var readers = map[string]func(file string, text []byte) (sounded, error){
	"Profile": func(file string, text []byte) (sounded, error) {
		p, err := profiles.Parse(file, text)
		if err != nil {
			return sounded{}, err
		}
		return sounded{"Profile", p.ID, p.Version, p.SHA256(), ""}, nil
	},
	"Organisation": func(file string, text []byte) (sounded, error) {
		o, err := compliance.ParseOrganisation(file, text)
		if err != nil {
			return sounded{}, err
		}
		why, next := doubt(o)
		if why != "" {
			why += ": " + next
		}
		return sounded{"Organisation", o.Metadata.ID, o.Metadata.Version, o.SHA256(), why}, nil
	},
	"Mandate": func(file string, text []byte) (sounded, error) {
		m, err := compliance.ParseMandate(file, text)
		if err != nil {
			return sounded{}, err
		}
		return sounded{"Mandate", m.Metadata.Reference, "", m.SHA256(), ""}, nil
	},
	"Framework":     soundLaw,
	"ReferenceList": soundLaw,
	"Cases":         soundCases,
}

// validate reads a document of any kind that osint knows.
func validate(nameOrPath string) (sounded, error) {
	text, err := profiles.Text(nameOrPath)
	if err != nil {
		return sounded{}, err
	}
	read := readers[law.Kind(nameOrPath, text)]
	if read == nil {
		read = readers["Profile"]
	}
	file := nameOrPath
	if slices.Contains(profiles.Names(), nameOrPath) {
		file += ".yaml"
	}
	return read(file, text)
}

// String says in a line what the document is.
func (s sounded) String() string {
	line := s.id
	if line == "" {
		line = "without a reference"
	}
	if s.kind != "Profile" {
		line = s.kind + " " + line
	}
	if s.version != "" {
		line += ", version " + s.version
	}
	return fmt.Sprintf("%s, sha256 %s", line, s.sha256)
}
