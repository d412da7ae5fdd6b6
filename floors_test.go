package osint_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// floors is the building: which floor a package stands on. Imports go down
// only; within a floor nobody imports a neighbour. A package that is not here
// takes its nearest ancestor's floor and rooms.
var floors = map[string]struct {
	floor float64
	rooms []string // third-party modules it may import
}{
	"cmd/osint":                     {4, []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/olekukonko/tablewriter"}},
	"cmd/osint/tui":                 {3.5, []string{"github.com/charmbracelet/", "github.com/muesli/termenv", "golang.org/x/term"}},
	"cmd/osint/targets":             {3.5, nil},
	"profiles":                      {3, nil},
	"pkg/pipeline/fleet":            {3, nil},
	"pkg/collectors/all":            {3, nil},
	"pkg/collectors/lab/record":     {2.5, []string{"github.com/miekg/dns", "golang.org/x/net"}},
	"pkg/collectors/lab":            {2, []string{"github.com/miekg/dns", "golang.org/x/tools", "golang.org/x/crypto", "github.com/jackc/pgx"}},
	"pkg/collectors/infrastructure": {2, []string{"github.com/miekg/dns", "golang.org/x/crypto", "golang.org/x/net", "golang.org/x/text"}},
	"pkg/collectors/social":         {2, []string{"golang.org/x/net"}},
	"pkg/collectors/threat":         {2, []string{"golang.org/x/net", "github.com/miekg/dns"}},
	"pkg/collectors/technical":      {2, []string{"golang.org/x/net", "golang.org/x/crypto"}},
	"pkg/collectors/lab/trial":      {2.5, nil}, // only tests import it
	"pkg/collectors/registry":       {1.5, []string{"golang.org/x/mod"}},
	"pkg/collectors/derive":         {0.5, nil},
	"pkg/collectors/loose":          {0.5, nil},
	"pkg/collectors":                {1, []string{"github.com/miekg/dns", "github.com/jackc/pgx", "github.com/likexian/whois", "golang.org/x/time", "golang.org/x/net", "golang.org/x/text", "golang.org/x/sys"}},
	"pkg/collectors/dnssec":         {0.5, []string{"github.com/miekg/dns"}},
	"pkg/collectors/technology":     {1, []string{"golang.org/x/net"}},
	"pkg/collectors/resolver":       {0.5, []string{"github.com/miekg/dns"}},
	"pkg/collectors/secret":         {0.5, []string{"github.com/zalando/go-keyring", "filippo.io/age", "gopkg.in/yaml.v3"}},
	"pkg/audit":                     {1, []string{"modernc.org/sqlite", "golang.org/x/mod", "github.com/google/uuid"}},
	"pkg/audit/casefile":            {1.5, []string{"golang.org/x/mod"}},
	"pkg/audit/postgres":            {1.5, []string{"github.com/jackc/pgx", "golang.org/x/mod"}},
	"pkg/audit/postgres/pgtest":     {1, []string{"github.com/jackc/pgx"}}, // only tests import it
	"pkg/audit/recheck":             {1, []string{"modernc.org/sqlite"}},
	"pkg/compliance/law":            {0.75, []string{"cel.dev/cel-go"}},
	"pkg/compliance":                {1, []string{"cel.dev/cel-go", "golang.org/x/crypto", "github.com/hiddeco/sshsig", "golang.org/x/text"}},
	"pkg/compliance/incident":       {1, nil},
	"pkg/compliance/paper":          {1.5, nil},
	"pkg/risk":                      {1, []string{"cel.dev/cel-go"}},
	"pkg/telemetry":                 {1, nil},
	"pkg/report":                    {1, []string{"github.com/go-pdf/fpdf"}},
	"pkg/pipeline/rule":             {0.5, []string{"gopkg.in/yaml.v3", "cel.dev/cel-go"}},
	"pkg/pipeline":                  {0, []string{"golang.org/x/net", "golang.org/x/sys"}},
	"testdata":                      {0, nil},
	"docs":                          {4, nil}, // tests of the files to copy
	"bench":                         {4, []string{"github.com/miekg/dns", "modernc.org/sqlite"}},
}

// onlyForTests starts a PostgreSQL: it runs programs and listens, so nothing
// but test files may import it.
const onlyForTests = "pkg/audit/postgres/pgtest"

// TestFloors reads what the packages import, test files apart.
func TestFloors(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.ImportPath == "osint" {
			continue
		}
		here, ok := floorOf(p.ImportPath)
		if !ok {
			t.Errorf("%s stands on no floor: add it to the table, and to the README", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			checkImport(t, p.ImportPath, here, i)
		}
	}
}

func checkImport(t *testing.T, from, here, imported string) {
	if rest, ours := strings.CutPrefix(imported, "osint/"); ours {
		if rest == onlyForTests {
			t.Errorf("%s imports %s: only test files may", from, imported)
		}
		there, ok := floorOf(imported)
		if !ok || there == here && strings.HasPrefix(rest, here) {
			return // within one room
		}
		if floors[there].floor >= floors[here].floor {
			t.Errorf("%s (floor %v) imports %s (floor %v): imports go down", from, floors[here].floor, imported, floors[there].floor)
		}
		return
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return // standard library
	}
	for _, room := range floors[here].rooms {
		if imported == room || strings.HasPrefix(imported, strings.TrimSuffix(room, "/")+"/") {
			return
		}
	}
	t.Errorf("%s imports %s, which has no room there", from, imported)
}

// floorOf returns the row of the table that a package falls under.
func floorOf(path string) (string, bool) {
	p := strings.TrimPrefix(path, "osint/")
	for p != "" && p != "." {
		if _, ok := floors[p]; ok {
			return p, true
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			break
		}
		p = p[:i]
	}
	return "", false
}

// Sockets and listeners have their places: everything that leaves goes
// through collectors.Net, and only the lab listens.
func TestSockets(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{$p := .}}{{range .GoFiles}}{{$p.Dir}}/{{.}} {{$p.ImportPath}}\n{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		file, pkg, _ := strings.Cut(line, " ")
		for _, word := range []string{"net.Dial", "net.Listen", "http.DefaultClient", "http.Get(", "os/exec", "tls.Dial"} {
			if !strings.Contains(read(t, file), word) {
				continue
			}
			where := strings.TrimPrefix(pkg, "osint/")
			netsOwn := where == "pkg/collectors" || where == "pkg/collectors/resolver"
			if where == onlyForTests {
				continue
			}
			if word == "net.Listen" && where == "pkg/collectors/lab" || strings.HasPrefix(word, "net.Dial") && netsOwn || strings.HasPrefix(where, "bench") {
				continue
			}
			t.Errorf("%s says %s: only Net goes out, only the lab listens, nobody runs a program", file, word)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
