package main

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"osint/pkg/compliance"
	"osint/pkg/compliance/law"
)

// TestOrganisationPage holds that the documents on the page are read, raise no
// doubt, and show every key that there is.
func TestOrganisationPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/organisation.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1) {
		kind := law.Kind("organisation.md", m[1])
		shown[kind] = string(m[1])
		s, err := readers[kind]("organisation.md", m[1])
		if err != nil || s.doubt != "" {
			t.Errorf("%s: %v %s", kind, err, s.doubt)
		}
	}
	for kind, of := range map[string]reflect.Type{"Organisation": reflect.TypeFor[compliance.Organisation](), "Mandate": reflect.TypeFor[compliance.Mandate]()} {
		if shown[kind] == "" {
			t.Fatalf("there is no %s on the page", kind)
		}
		for _, k := range keysIn(of, kind == "Organisation") {
			if !regexp.MustCompile(`(?m)(^|[\s{])` + k + `:`).MatchString(shown[kind]) {
				t.Errorf("%s: the page says nothing of %s", kind, k)
			}
		}
	}
}

// keysIn returns every key of a document, those of a mandate that an
// organisation may default apart if it is one.
func keysIn(t reflect.Type, organisation bool) (keys []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || organisation && t == reflect.TypeFor[compliance.Terms]() {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, inline := f.Tag.Get("yaml"), strings.Contains(f.Tag.Get("yaml"), "inline")
		switch name, _, _ := strings.Cut(tag, ","); {
		case inline:
		case name == "" || name == "-":
			continue
		default:
			keys = append(keys, name)
		}
		keys = append(keys, keysIn(f.Type, organisation)...)
	}
	return keys
}
