package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/pipeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, name string, d *Document) []byte {
	t.Helper()
	for _, f := range Formats() {
		if f.Name == name {
			var b bytes.Buffer
			if err := f.Render(&b, d); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
	}
	t.Fatalf("no format %q", name)
	return nil
}

// The sample's pages are as they were last looked at.
func TestGolden(t *testing.T) {
	d := Build(sample(t).c, Options{})
	for _, name := range []string{"json", "html"} {
		golden(t, "sample."+name, render(t, name, d))
	}
	golden(t, "sample.pdf.txt", []byte(strings.Join(pdfPages(t, render(t, "pdf", d)), "\f")))
	golden(t, "empty.json", render(t, "json", Build(pipeline.NewCase(), Options{})))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is rendered now; look at it, then go test -update", path)
	}
}

// Equal cases give equal bytes, whatever the format and however often.
func TestByteEqual(t *testing.T) {
	s := sample(t)
	for _, f := range Formats() {
		first := render(t, f.Name, Build(s.c, Options{}))
		for range 3 {
			again := pipeline.NewCase()
			for _, line := range s.lines {
				e, err := pipeline.ParseEvent(line)
				if err != nil {
					t.Fatal(err)
				}
				if err := again.Event(e); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(first, render(t, f.Name, Build(again, Options{}))) {
				t.Errorf("%s is not byte-equal for an equal case", f.Name)
			}
		}
	}
}

// Lines that only say what was done with a report change nothing in it.
func TestReportedChangesNothing(t *testing.T) {
	s := sample(t)
	before := render(t, "json", Build(s.c, Options{}))
	s.write(pipeline.Event{Reported: &pipeline.Act{By: "j", What: "json, html, pdf"}})
	if !bytes.Equal(before, render(t, "json", Build(s.c, Options{}))) {
		t.Error("a Reported line changed the report")
	}
	s.write(pipeline.Event{Noted: &pipeline.Act{By: "j", What: "called the registrar"}})
	if bytes.Equal(before, render(t, "json", Build(s.c, Options{}))) {
		t.Error("a Noted line is not in the report")
	}
}

func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
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

func valid(t *testing.T, s *jsonschema.Schema, what string, text []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestSchemas(t *testing.T) {
	report, line := compile(t, Schema()), compile(t, CaseSchema())
	s := sample(t)
	s.write(pipeline.Event{Resumed: &pipeline.Act{By: "j", What: "resumed"}})
	half := newScribe(t)
	half.open()
	for what, c := range map[string]*pipeline.Case{"sample": sample(t).c, "resumed": s.c, "opened only": half.c, "empty": pipeline.NewCase()} {
		for _, personal := range []string{"", "show", "omit"} {
			valid(t, report, what, render(t, "json", Build(c, Options{Personal: personal, Reveal: reveal})))
		}
	}
	for _, l := range s.lines {
		valid(t, line, string(l), l)
	}
	for what, bad := range map[string]string{
		"no number":    `{"time":"2026-11-02T09:30:00Z","closed":{}}`,
		"empty closed": `{"seq":1,"time":"2026-11-02T09:30:00Z","closed":{}}`,
		"two events":   `{"seq":1,"time":"2026-11-02T09:30:00Z","noted":{"what":"a"},"judged":{"what":"b"}}`,
	} {
		v, _ := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if line.Validate(v) == nil {
			t.Errorf("the case schema takes a line with %s", what)
		}
	}
}

// The contract's keys stand at the top level, in its order, also when empty.
func TestTopLevel(t *testing.T) {
	want := strings.Fields(`schema_version case attestation summary risk findings entities observations exchanges collectors rulings
		withheld coverage timeline baseline suppressions fail_on compliance law stages`)
	dec := json.NewDecoder(bytes.NewReader(render(t, "json", Build(pipeline.NewCase(), Options{}))))
	var got []string
	dec.Token()
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, key.(string))
		var v any
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if v == nil && key != "law" { // of a case without any
			t.Errorf("%s is null", key)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("top level:\n got %v\nwant %v", got, want)
	}
}

// No field of the model or of a case's line is missing in its schema.
func TestSchemaNamesEveryField(t *testing.T) {
	for what, x := range map[string]struct {
		schema []byte
		typ    reflect.Type
	}{"report": {Schema(), reflect.TypeFor[Document]()}, "case": {CaseSchema(), reflect.TypeFor[pipeline.Event]()}} {
		var root map[string]any
		if err := json.Unmarshal(x.schema, &root); err != nil {
			t.Fatal(err)
		}
		defs := root["$defs"].(map[string]any)
		named(t, what, defs, root, x.typ)
	}
}

func named(t *testing.T, path string, defs map[string]any, schema map[string]any, typ reflect.Type) {
	for schema["$ref"] != nil {
		schema = defs[strings.TrimPrefix(schema["$ref"].(string), "#/$defs/")].(map[string]any)
	}
	if one, ok := schema["oneOf"].([]any); ok {
		named(t, path, defs, one[0].(map[string]any), typ)
		return
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if items, ok := schema["items"].(map[string]any); ok && typ.Kind() == reflect.Slice {
		named(t, path+"[]", defs, items, typ.Elem())
		return
	}
	props, ok := schema["properties"].(map[string]any)
	if typ.Kind() != reflect.Struct || !ok {
		return
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || key == "-" {
			continue
		}
		sub, ok := props[key].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not in the schema", path, key)
			continue
		}
		named(t, path+"."+key, defs, sub, f.Type)
	}
}
