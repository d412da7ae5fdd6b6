package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/pipeline"
)

// TestNamedKeys holds who takes a credential: each source once, with all of its
// collectors, and needed if one of them needs it.
func TestNamedKeys(t *testing.T) {
	source := func(name string) pipeline.Source { return pipeline.Source{Name: name} }
	got := namedKeys([]pipeline.Spec{
		{Name: "eye-dns", Source: source("eye"), MayUse: []string{"EYE_KEY"}},
		{Name: "eye-hosts", Source: source("eye"), Keys: []string{"EYE_KEY", "EYE_ID"}},
		{Name: "ear", Source: source("ear"), MayUse: []string{"EYE_KEY"}},
	})
	want := []namedKey{
		{"EYE_ID", []keyUse{{"eye", []string{"eye-hosts"}, true, true}}},
		{"EYE_KEY", []keyUse{{"eye", []string{"eye-dns", "eye-hosts"}, true, true}, {"ear", []string{"ear"}, false, true}}},
	}
	if !reflect.DeepEqual(got[:2], want) || len(got) != 2+len(ownKeys) {
		t.Errorf("%+v", got)
	}
	for i, k := range namedKeys(specs()) {
		if err := knownKey(k.name); err != nil || len(k.uses) == 0 {
			t.Errorf("%d: %s: %v", i, k.name, err)
		}
	}
	for name, good := range map[string]bool{"POSTGRES_PASSWORD_2": true, "POSTGRES_PASSWORD_17": true, "POSTGRES_PASSWORD_1": false, "POSTGRES_PASSWORD_02": false, "POSTGRES": false, "postgres_password": false} {
		if err := knownKey(name); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOwnBase holds what is taken for an address, and that a password in one is not
// repeated.
func TestOwnBase(t *testing.T) {
	for text, want := range map[string]string{"https://misp.example/x": "https://misp.example/x", "intel.example": "https://intel.example", "http://127.0.0.1:9": "http://127.0.0.1:9",
		"https://ada:s3cr3t@misp.example": "", "https://s3cr3t@misp.example": "", "ftp://s3cr3t.example": "", "https://s3cr3t%zz": "", "https://": ""} {
		got, err := ownBase("MISP_URL", text)
		if got != want || (err == nil) != (want != "") || err != nil && (strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), "MISP_URL")) {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

// TestKeysSchema holds what osint keys check --json prints to its schema.
func TestKeysSchema(t *testing.T) {
	home(t)
	t.Setenv("POSTGRES_PASSWORD", "s3cr3t-canary")
	t.Setenv("POSTGRES_SSLKEY_PEM_FILE", "/nowhere/key.pem")
	out, errs, code := runHere(t, "keys", "check", "--offline", "--json")
	if code != tooLittle || !strings.Contains(errs, "POSTGRES_SSLKEY_PEM_FILE: it names no file that is there") || strings.Contains(out+errs, "canary") {
		t.Fatal(code, out, errs)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(keysSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("keys", schema); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err == nil {
		err = compiler.MustCompile("keys").Validate(doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Credentials []keyRow }
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, r := range list.Credentials {
		states[r.Name] = r.State
	}
	if states["POSTGRES_PASSWORD"] != present || states["POSTGRES_SSLKEY_PEM"] != unread || states["POSTGRES_SSLCERT_PEM"] != absent {
		t.Error(states)
	}
	if b, _, code := runHere(t, "schema", "keys"); code != 0 || b != string(keysSchema) {
		t.Error(code)
	}
}
