package pipeline

import "strings"

// ecosystems are where packages are known, in the words of deps.dev, and docker: they stand
// before the name of a package, which is then a technology that no other is:
// npm:left-pad, pypi:requests/2.32.0, go:github.com/miekg/dns. No @ stands before a
// version, as that is how mailboxes look.
var ecosystems = map[string]string{"npm": "npm", "pypi": "pypi", "go": "go", "cargo": "cargo", "maven": "maven", "nuget": "nuget", "rubygems": "rubygems", "docker": "docker"}

// spelled are the ecosystems whose names and versions are what they are in capitals
// too: JSONStream and jsonstream are two packages of npm, and nobody knows the
// module github.com/burntsushi/toml. PyPI and Docker fold them. NuGet does, but
// others ask for its packages as they were first spelled.
var spelled = map[string]bool{"npm": true, "go": true, "cargo": true, "maven": true, "nuget": true, "rubygems": true}

// NewPackage returns the technology that a package is. Without a version it is
// the package as such. Case is kept where it tells packages apart: give the name as
// the registry spells it.
func NewPackage(ecosystem, name, version string) (Entity, bool) {
	ecosystem = ecosystems[strings.ToLower(ecosystem)]
	name, version = strings.TrimSpace(name), strings.TrimSpace(version)
	switch bare := strings.TrimPrefix(name, "@"); {
	case ecosystem == "", bare == "", len(name) > 200, len(version) > 80:
		return Entity{}, false
	case strings.ContainsAny(bare, " @?#\\"), strings.Contains(bare, ":") && ecosystem != "maven", version != "" && !isVersion(version):
		return Entity{}, false
	}
	if ecosystem == "pypi" { // PEP 503
		name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("-_.", r) }), "-")
	}
	if version != "" {
		name += "/" + version
	}
	e, err := NewEntity(KindTechnology, ecosystem+":"+name)
	return e, err == nil
}

// Package takes a package apart. ok is false for any other technology.
func (e Entity) Package() (ecosystem, name, version string, ok bool) {
	ecosystem, name, ok = strings.Cut(e.Value, ":")
	if e.Kind != KindTechnology || !ok || ecosystems[ecosystem] == "" || name == "" {
		return "", "", "", false
	}
	if i := strings.LastIndexByte(name, '/'); i > 0 && isVersion(name[i+1:]) {
		name, version = name[:i], name[i+1:]
	}
	return ecosystem, name, version, true
}

// isVersion tells a version from the last part of a name, such as the v2 of a Go
// module: it begins with a number, and has a dot or is one.
func isVersion(s string) bool {
	digits := strings.TrimPrefix(strings.ToLower(s), "v")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || strings.ContainsAny(s, " @/?#:\\") {
		return false
	}
	return strings.Contains(digits, ".") || digits == s && strings.Trim(s, "0123456789") == ""
}
