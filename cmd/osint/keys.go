package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/collectors/all"
	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// newKeys is the shelf of what is done with credentials.
func newKeys(c *console) *cobra.Command {
	return shelf("keys", "", "The credentials of sources: which there are and where, set, remove",
		"  osint keys check\n  osint keys set POSTGRES_PASSWORD < FILE", keysCheck(c), keysSet(c), keysRemove(c))
}

// A keyUse says who takes a credential.
type keyUse struct {
	By         string   `json:"by"`         // the name of a source, or a part of osint
	Collectors []string `json:"collectors"` // that ask the source with it
	Needed     bool     `json:"needed"`     // nothing is asked without it
	source     bool
}

// A namedKey is a credential that somebody takes.
type namedKey struct {
	name string
	uses []keyUse
}

// ownKeys are the credentials that no collector takes.
var ownKeys = []namedKey{
	{auditKeyName, []keyUse{{By: "the record", Collectors: []string{}}}},
	{caseKeysName, []keyUse{{By: "the key store", Collectors: []string{}}}},
	{"POSTGRES_PASSWORD", []keyUse{{By: "the shared record", Collectors: []string{}}}},
	{"POSTGRES_SSLCERT_PEM", []keyUse{{By: "the shared record", Collectors: []string{}}}},
	{"POSTGRES_SSLKEY_PEM", []keyUse{{By: "the shared record", Collectors: []string{}}}},
}

// namedKeys returns every credential that a collector or a part of osint names,
// sorted by name.
func namedKeys(specs []pipeline.Spec) []namedKey {
	all := slices.Clone(ownKeys)
	for _, s := range specs {
		for _, name := range s.Keys {
			all = takes(all, name, s, true)
		}
		for _, name := range s.MayUse {
			all = takes(all, name, s, false)
		}
	}
	slices.SortFunc(all, func(a, b namedKey) int { return strings.Compare(a.name, b.name) })
	return all
}

// takes notes that a collector takes a credential.
func takes(all []namedKey, name string, s pipeline.Spec, needed bool) []namedKey {
	i := slices.IndexFunc(all, func(k namedKey) bool { return k.name == name })
	if i < 0 {
		all, i = append(all, namedKey{name: name}), len(all)
	}
	k := &all[i]
	j := slices.IndexFunc(k.uses, func(u keyUse) bool { return u.source && u.By == s.Source.Name })
	if j < 0 {
		k.uses, j = append(k.uses, keyUse{By: s.Source.Name, source: true}), len(k.uses)
	}
	u := &k.uses[j]
	if u.Needed = u.Needed || needed; !slices.Contains(u.Collectors, s.Name) {
		u.Collectors = append(u.Collectors, s.Name)
	}
	return all
}

// specs are what all collectors say of themselves.
func specs() (list []pipeline.Spec) {
	for _, e := range all.Entries() {
		list = append(list, e.Spec)
	}
	return list
}

func keyNames() (names []string) {
	for _, k := range namedKeys(specs()) {
		names = append(names, k.name)
	}
	return names
}

// oneKey is the check of arguments of a command that takes one name. A second
// word may be a value, and is not repeated.
func oneKey(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage("a name is all that is typed: a value is read from stdin, and stands in no command line; if you typed one, it lies in the history of your shell")
	}
	return exactly("the name of a credential: osint keys check lists them")(cmd, args)
}

// knownKey says what is wrong with the name of a credential. NAME_2, NAME_3 and so
// on are more values of a NAME. What has not the form of a name may be a value,
// and is not repeated.
func knownKey(name string) error {
	if !secret.IsName(name) {
		return usage("that is no name of a credential: write capitals, digits and _, such as POSTGRES_PASSWORD; a value is read from stdin, and stands in no command line")
	}
	names := keyNames()
	base, digits := name, ""
	if i := strings.LastIndexByte(name, '_'); i > 0 {
		base, digits = name[:i], name[i+1:]
	}
	if slices.Contains(names, name) || slices.Contains(names, base) && digits != "1" && strings.Trim(digits, "0123456789") == "" && !strings.HasPrefix(digits, "0") {
		return nil
	}
	if meant, ok := rule.Nearest(name, names); ok {
		return usage("nobody takes a credential %s: did you mean %s?", name, meant)
	}
	return usage("nobody takes a credential %s: osint keys check lists those that are taken", name)
}
