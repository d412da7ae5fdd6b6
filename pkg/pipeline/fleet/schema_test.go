package fleet_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/pipeline/fleet"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(fleet.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:test", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An index of all sorts of rows is valid; one with a word that is none is not.
func TestSchema(t *testing.T) {
	s := compiled(t)
	old, changed := yesterday(), yesterday()
	changed.AsOf, changed.Standing = "tue", []fleet.Finding{finding("c", "DOM-01")}
	changed.Since(old, func(f fleet.Finding) bool { return f.Rule == "EML-01" })
	never := &fleet.Row{Line: 3, Target: fleet.SealedTarget, Outcome: fleet.NotStarted, Code: 130}
	never.Since(nil, nil)
	changed.Line, old.Line = 1, 2
	x := &fleet.Index{SchemaVersion: fleet.SchemaVersion, Run: "tue", Began: time.Now(), Rows: []fleet.Row{*changed, *old, *never}}
	x.Close(&fleet.Index{Run: "mon"})
	check := func(x any) error {
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	if err := check(x); err != nil {
		t.Error(err)
	}
	x.Rows[0].Outcome = "splendid"
	if check(x) == nil {
		t.Error("an outcome that is none was valid")
	}
}

// No field is missing in the schema.
func TestSchemaNamesEveryField(t *testing.T) {
	var root struct {
		Properties map[string]any `json:"properties"`
		Defs       map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(fleet.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	for typ, props := range map[reflect.Type]map[string]any{
		reflect.TypeFor[fleet.Index]():   root.Properties,
		reflect.TypeFor[fleet.Row]():     root.Defs["row"].Properties,
		reflect.TypeFor[fleet.Finding](): root.Defs["finding"].Properties,
	} {
		for i := range typ.NumField() {
			key, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if props[key] == nil {
				t.Errorf("%s.%s is not in the schema", typ.Name(), key)
			}
		}
	}
}
