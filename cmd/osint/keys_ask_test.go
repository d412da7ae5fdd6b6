package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/pipeline"
)

// accounts are the questions about credentials, as worlds name them.
var accounts = []string{
	"https://api.abuseipdb.com/api/v2/check?ipAddress=127.0.0.1", "https://api.platform.censys.io/v3/accounts/users/credits",
	"https://api.etherscan.io/v2/api?chainid=1&module=getapilimit&action=getapilimit", "https://api.github.com/rate_limit",
	"https://gitlab.com/api/v4/personal_access_tokens/self", "https://api.greynoise.io/ping", "https://haveibeenpwned.com/api/v3/subscription/status",
	"https://free.intelx.io/authenticate/info", "https://api.ipinfo.io/lite/me", "https://misp.brindleford.example/servers/getVersion",
	"https://otx.alienvault.com/api/v1/users/me", "https://api.securitytrails.com/v1/ping", "https://api.shodan.io/api-info",
	"https://urlscan.io/api/v1/quotas", "https://www.virustotal.com/api/v3/users/*", "https://user.whoisxmlapi.com/user-service/account-balance",
}

// allKeys gives every credential that can be asked about.
func allKeys(t *testing.T) {
	t.Helper()
	home(t)
	t.Setenv("MISP_URL", "https://misp.brindleford.example")
	for name := range keyChecks {
		t.Setenv(name, "s3cr3t-canary-"+name)
	}
	if len(accounts) != len(keyChecks) {
		t.Fatalf("%d credentials, and %d questions", len(keyChecks), len(accounts))
	}
}

// verdictsOf runs osint keys check and returns the state of each credential that was
// asked about. No value may stand in what was said, and it must have its schema.
func verdictsOf(t *testing.T, args ...string) (states map[string]string, code int) {
	t.Helper()
	out, errs, code := runHere(t, append([]string{"keys", "check", "--json"}, args...)...)
	if strings.Contains(out+errs, "canary") {
		t.Errorf("a value is shown:\n%s%s", out, errs)
	}
	var list struct{ Credentials []keyRow }
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err, out, errs)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(keysSchema))
	compiler := jsonschema.NewCompiler()
	if err = errors.Join(err, compiler.AddResource("keys", schema)); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err = errors.Join(err, compiler.MustCompile("keys").Validate(doc)); err != nil {
		t.Error(err)
	}
	states = map[string]string{}
	for _, r := range list.Credentials {
		if _, can := keyChecks[r.Name]; can && len(r.Verdict) > 0 {
			states[r.Name] = r.Verdict[0].State
		}
	}
	return states, code
}

// TestKeysAreAsked puts every credential that can be asked about to its source: one
// that answers as it documents, and one that answers otherwise, which refuses none
// but by the word that it documents.
func TestKeysAreAsked(t *testing.T) {
	allKeys(t)
	every := func(states map[string]string, want string, but ...string) (wrong []string) {
		for name := range keyChecks {
			if got := states[name]; got != want && !slices.Contains(but, name) {
				wrong = append(wrong, name+" is "+got)
			}
		}
		return wrong
	}
	if states, code := verdictsOf(t, "--lab", "brindleford"); code != 0 || every(states, keyValid) != nil {
		t.Errorf("code %d: %v", code, every(states, keyValid))
	}
	if states, code := verdictsOf(t, "--offline"); code != 0 || len(states) > 0 {
		t.Errorf("offline: code %d, %v", code, states)
	}
	// who says 403 of a wrong credential
	forbidding := []string{"IPINFO_TOKEN", "MISP_KEY", "OTX_API_KEY", "SECURITYTRAILS_API_KEY", "SHODAN_API_KEY", "URLSCAN_API_KEY", "WHOISXML_API_KEY"}
	for _, c := range []struct {
		answer, want string
		but          []string
	}{
		{"status 401\nContent-Type: application/json\n\n{\"error\":\"no\"}", keyRefused, nil},
		{"status 403\nContent-Type: application/json\n\n{\"error\":\"no\"}", keySilent, forbidding},
		{"status 403\nContent-Type: text/html\n\n<title>Just a moment...</title>", keySilent, nil},
		{"status 404\nContent-Type: application/json\n\n{}", keySilent, nil},
		{"status 500\n\n", keySilent, nil},
		{"Content-Type: text/html\n\n<html>hello</html>", keySilent, nil},
		{"Content-Type: application/json\n\n{}", keySilent, nil},
		{"Content-Type: application/json\n\n[]", keySilent, nil},
		{"Content-Type: application/json\n\n{\"data\":[],\"result\":\"Max rate limit reached\",\"scope\":7,\"paths\":1,\"active\":null,\"success\":false}", keySilent, nil},
		{"redirect https://elsewhere.example/ 302\n\n", keySilent, nil},
	} {
		var w strings.Builder
		w.WriteString("Odd: sources that answer otherwise\n\nseeds: acme.example\n\n-- dns://. --\n")
		for i, at := range accounts {
			fmt.Fprintf(&w, "%s. A 203.0.113.%d\n", strings.Split(at, "/")[2], i+1)
		}
		for _, at := range accounts {
			fmt.Fprintf(&w, "\n-- %s --\n%s\n", at, c.answer)
		}
		file := filepath.Join(t.TempDir(), "odd.txtar")
		if err := os.WriteFile(file, []byte(w.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		states, code := verdictsOf(t, "--lab", file)
		if wrong := every(states, c.want, c.but...); code != tooLittle || wrong != nil {
			t.Errorf("%.60q: code %d: %v", c.answer, code, wrong)
		}
		for _, name := range c.but {
			if states[name] != keyRefused {
				t.Errorf("%.60q: %s is %s", c.answer, name, states[name])
			}
		}
	}
}

// TestKeyQuestions holds who is asked: nobody about what is not there, a part of
// osint or an address about nothing, and of a dead source nobody.
func TestKeyQuestions(t *testing.T) {
	home(t)
	k := &keysChecking{c: newConsole(), checks: map[string]keyCheck{"A_KEY": {source: "shodan"}, "B_KEY": {source: "nobody's"}}}
	use := []keyUse{{By: "the record"}, {By: "shodan-dns", source: true}}
	for _, c := range []struct {
		row   keyRow
		state string
	}{
		{keyRow{Name: "A_KEY", State: absent, Uses: use}, ""},
		{keyRow{Name: "A_KEY", State: present, Uses: use[:1]}, ""},
		{keyRow{Name: "B_KEY", State: present, Uses: use}, keyNotTold},
		{keyRow{Name: "C_KEY", State: present, Uses: use}, keyNotTold},
	} {
		if all := k.questions(&c.row); len(all) > 0 || (c.state == "") != (len(c.row.Verdict) == 0) || c.state != "" && c.row.Verdict[0].State != c.state {
			t.Errorf("%+v: %v", c.row, all)
		}
	}
	if s, ok := k.specOf("shodan"); !ok || s.Source.TTL != 0 || s.Source.Base == "" {
		t.Errorf("%+v", s)
	}
	for _, name := range keyNames() {
		if isBase(name) && keyChecks[name].ask != nil {
			t.Errorf("%s is an address", name)
		}
	}
	for name, c := range keyChecks {
		if !slices.ContainsFunc(specs(), func(s pipeline.Spec) bool {
			return s.Source.Name == c.source && (slices.Contains(s.Keys, name) || slices.Contains(s.MayUse, name))
		}) {
			t.Errorf("%s does not take %s", c.source, name)
		}
	}
}
