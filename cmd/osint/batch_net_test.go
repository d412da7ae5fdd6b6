package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline/fleet"
)

// TestAskedOnceForAll investigates eight companies with one registry at once,
// and reads in the lab's log what left: what is nobody's own is asked once.
func TestAskedOnceForAll(t *testing.T) {
	t.Parallel()
	world, err := lab.Open("estate:8")
	if err != nil {
		t.Fatal(err)
	}
	l, err := world.Serve(context.Background(), lab.Options{Latency: 40 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	flags, remove, err := flagsInto(l)
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	dir := t.TempDir()
	list := filepath.Join(dir, "targets.txt")
	if err := os.WriteFile(list, []byte(strings.Join(world.Seeds(), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"batch", list, "--out", filepath.Join(dir, "out"), "--concurrency", "8", "--profile", "ci", "--progress", "quiet"}, flags...)
	cmd := osintCommand(dir, args...)
	cmd.Path = racedProgram()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	asked := map[string]int{}
	for _, r := range l.Log() {
		asked[fmt.Sprintf("%s %s %s", r.Service, strings.ToLower(r.Host), r.Question)]++
	}
	for question, n := range asked {
		if n > 1 && (strings.Contains(question, "data.iana.org GET") || strings.Contains(question, "cymru.com") || strings.Contains(question, "rdap.rir.example GET")) {
			t.Errorf("asked %d times: %s", n, question)
		}
	}
	for _, question := range []string{"https data.iana.org GET /rdap/dns.json", "dns as64501.asn.cymru.com TXT"} {
		if asked[question] != 1 {
			t.Errorf("asked %d times: %s", asked[question], question)
		}
	}
	for _, seed := range world.Seeds() {
		if q := "https rdap.nic.example GET /domain/" + seed; asked[q] != 1 {
			t.Errorf("asked %d times: %s", asked[q], q)
		}
	}
	valid(t, filepath.Join(dir, "out", indexFile))
}

// valid holds an index that was written to its schema.
func valid(t *testing.T, path string) {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(fleet.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	index, err := jsonschema.UnmarshalJSON(strings.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:test", schema); err != nil {
		t.Fatal(err)
	}
	if err := c.MustCompile("urn:test").Validate(index); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}
