package pipeline

import (
	"testing"
)

// A package that was put together comes apart again, and none looks like a
// mailbox.
func TestPackages(t *testing.T) {
	for _, c := range []struct{ ecosystem, name, version, want string }{
		{"NPM", "left-pad", "1.3.0", "npm:left-pad/1.3.0"},
		{"npm", "@s/p", "", "npm:@s/p"},
		{"npm", "@s/p", "1.0.0-rc.1+x", "npm:@s/p/1.0.0-rc.1+x"},
		{"PYPI", "Zope.Interface", "", "pypi:zope-interface"},
		{"go", "github.com/miekg/dns/v2", "", "go:github.com/miekg/dns/v2"},
		{"go", "github.com/miekg/dns/v2", "v2.0.1", "go:github.com/miekg/dns/v2/v2.0.1"},
		{"maven", "org.apache:commons", "20040616", "maven:org.apache:commons/20040616"},
		{"docker", "a/b", "20040616", "docker:a/b/20040616"},
		{"NUGET", "Newtonsoft.Json", "13.0.3-Beta1", "nuget:Newtonsoft.Json/13.0.3-Beta1"},
		{"GO", "github.com/BurntSushi/toml", "v1.4.0", "go:github.com/BurntSushi/toml/v1.4.0"},
		{"MAVEN", "org.example:Thing", "2.0.Final", "maven:org.example:Thing/2.0.Final"},
		{"npm", "JSONStream", "", "npm:JSONStream"},
		{"RUBYGEMS", "RedCloth", "", "rubygems:RedCloth"},
		{"CARGO", "Inflector", "", "cargo:Inflector"},
		{"docker", "Acme/Track", "", "docker:acme/track"},
		{"debian", "x", "", ""},
		{"npm", "a@b.example", "", ""},
		{"npm", "a", "latest", ""},
		{"npm", "", "1.0.0", ""},
	} {
		e, ok := NewPackage(c.ecosystem, c.name, c.version)
		if ok != (c.want != "") || ok && e.Value != c.want {
			t.Errorf("%v: %s, %t", c, e, ok)
			continue
		}
		if !ok {
			continue
		}
		if Mask(e.Value) != e.Value {
			t.Errorf("%s is masked", e)
		}
		_, name, version, ok := e.Package()
		if again, _ := NewPackage(c.ecosystem, name, version); !ok || again != e {
			t.Errorf("%s comes apart as %q %q", e, name, version)
		}
	}
	if _, _, _, ok := (Entity{Kind: KindTechnology, Value: "nginx/1.18.0"}).Package(); ok {
		t.Error("a web server is a package")
	}
}
