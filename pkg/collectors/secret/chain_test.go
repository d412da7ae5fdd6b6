package secret

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"filippo.io/age"
	zalando "github.com/zalando/go-keyring"
)

// furnish puts one NAME into every place, each with another value, and returns
// the options and what takes it out of each, in their order.
func furnish(t *testing.T) (o Options, env vars, out []func(), places []string) {
	dir := t.TempDir()
	x, _ := age.GenerateX25519Identity()
	zalando.MockInit()
	t.Cleanup(zalando.MockInit)
	v := newFakeVault(t)
	v.data = map[string]any{"A_KEY": "of vault"}
	env = vars{"A_KEY": "of environment", "SOPS_AGE_KEY": x.String(), "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
		"VAULT_ADDR": v.url, "VAULT_TOKEN": v.token, "HOME": dir}
	env["A_KEY_FILE"] = put(t, filepath.Join(dir, "word"), []byte("of variable's file\n"), 0o600)
	own := put(t, filepath.Join(dir, OwnFile), []byte("A_KEY: of file\n"), 0o600)
	enc := put(t, filepath.Join(dir, AgeFile), encrypt(t, "A_KEY: of age\n", true, x.Recipient()), 0o644)
	sops := put(t, filepath.Join(dir, SOPSFile), []byte(sopsFile(t, x.Recipient(), "A_KEY", "of SOPS")), 0o644)
	if err := zalando.Set(Service, "A_KEY", "of keyring"); err != nil {
		t.Fatal(err)
	}
	empty := func(path, text string) func() {
		return func() { put(t, path, []byte(text), 0o600) }
	}
	return Options{Getenv: env.get, ConfigDir: dir}, env, []func(){
		func() { delete(env, "A_KEY") }, func() { delete(env, "A_KEY_FILE") }, empty(own, "B_KEY: x\n"),
		func() { _ = zalando.Delete(Service, "A_KEY") }, func() { put(t, enc, encrypt(t, "B_KEY=x\n", false, x.Recipient()), 0o644) },
		func() { put(t, sops, []byte(sopsFile(t, x.Recipient(), "B_KEY", "x")), 0o644) }, func() { v.set(map[string]any{"B_KEY": "x"}) },
	}, []string{"environment", "variable's file", "file", "keyring", "age", "SOPS", "vault", ""}
}

// TestOrder takes a name out of one place after the other: the next one has it,
// until none does.
func TestOrder(t *testing.T) {
	o, env, out, places := furnish(t)
	for i, from := range places {
		c := Open(o)
		got, err := c.Lookup(context.Background(), "A_KEY")
		if want := "of " + from; err != nil || from != "" && (len(got.Values) != 1 || got.Values[0].Reveal() != want || got.Name != "A_KEY") {
			t.Errorf("%d: %+v %q, %v; want %s", i, got, reveal(got), err, want)
		}
		wantPlace := map[string]string{"environment": "environment", "variable's file": "file " + env["A_KEY_FILE"], "file": "file " + filepath.Join(o.ConfigDir, OwnFile),
			"keyring": "keyring", "age": "age file " + filepath.Join(o.ConfigDir, AgeFile), "SOPS": "SOPS file " + filepath.Join(o.ConfigDir, SOPSFile), "vault": "vault secret/data/osint"}[from]
		if got.Place != wantPlace {
			t.Errorf("%s: place %q, want %q", from, got.Place, wantPlace)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if i < len(out) {
			out[i]()
		}
	}
}

// TestAliases holds that in each place the name goes before its aliases, and a
// place before the next one.
func TestAliases(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, OwnFile), []byte("NEW_KEY: new in file\nOLD_KEY: old in file\n"), 0o600)
	env := vars{}
	look := func() Found {
		got, err := Open(Options{Getenv: env.get, ConfigDir: dir}).Lookup(context.Background(), "NEW_KEY", "OLD_KEY", "OLDER_KEY")
		if err != nil || len(got.Values) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		return got
	}
	if got := look(); got.Name != "NEW_KEY" || got.Values[0].Reveal() != "new in file" {
		t.Errorf("%v", got)
	}
	env["OLDER_KEY"] = "older"
	if got := look(); got.Name != "OLDER_KEY" || got.Place != "environment" {
		t.Errorf("%v", got)
	}
	env["OLD_KEY"] = "old"
	if got := look(); got.Name != "OLD_KEY" || got.Values[0].Reveal() != "old" {
		t.Errorf("%v", got)
	}
}

// TestSeveral holds how one name has several values.
func TestSeveral(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, OwnFile), []byte("B_KEY: [x, y]\nB_KEY_2: z\nC_KEY_2: x\n"), 0o600)
	env := vars{"A_KEY": "1", "A_KEY_2_FILE": put(t, filepath.Join(dir, "two"), []byte("2\r\n"), 0o600), "A_KEY_3": "3", "A_KEY_5": "5"}
	c := Open(Options{Getenv: env.get, ConfigDir: dir})
	for name, want := range map[string][]string{"A_KEY": {"1", "2", "3"}, "B_KEY": {"x", "y", "z"}, "C_KEY": nil, "A_KEY_5": {"5"}} {
		if got, err := c.Lookup(context.Background(), name); err != nil || !reflect.DeepEqual(reveal(got), want) {
			t.Errorf("%s: %q, %v", name, reveal(got), err)
		}
	}
}

// TestUnread holds that a place that can't be read hides no other one, and that
// where none has the name, its error is returned, and no value is in it.
func TestUnread(t *testing.T) {
	dir := t.TempDir()
	own := put(t, filepath.Join(dir, OwnFile), []byte("A_KEY: "+canary), 0o640)
	env := vars{"A_KEY_FILE": put(t, filepath.Join(dir, "word"), []byte(canary), 0o644), "C_KEY_FILE": put(t, filepath.Join(dir, "nothing"), []byte("\n"), 0o600), "VAULT_ADDR": "http://192.0.2.1"}
	zalando.MockInit()
	_ = zalando.Set(Service, "B_KEY", "x")
	env["DBUS_SESSION_BUS_ADDRESS"] = "x"
	c := Open(Options{Getenv: env.get, ConfigDir: dir})
	_, err := c.Lookup(context.Background(), "A_KEY")
	want := fmt.Sprintf("A_KEY_FILE: %s can be read by others: run chmod 600 %s; %s can be read by others: run chmod 600 %s; VAULT_ADDR begins with http://: a token would cross the network in clear; write https://HOST:PORT",
		env["A_KEY_FILE"], env["A_KEY_FILE"], own, own)
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	if got, err := c.Lookup(context.Background(), "B_KEY"); err != nil || got.Place != "keyring" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := c.Lookup(context.Background(), "C_KEY"); err == nil || !strings.Contains(err.Error(), "is empty: write the value into it") {
		t.Error(err)
	}
	if _, err := c.Lookup(context.Background(), "D_KEY", "sk-live"); err == nil || !strings.Contains(err.Error(), "no name of a credential") {
		t.Error(err)
	}
}

// TestOnceAndClosed holds that a file is read once, and nothing after the end.
func TestOnceAndClosed(t *testing.T) {
	dir := t.TempDir()
	own := put(t, filepath.Join(dir, OwnFile), []byte("A_KEY: one\n"), 0o600)
	c := Open(Options{ConfigDir: dir})
	for range 2 {
		if got, err := c.Lookup(context.Background(), "A_KEY"); err != nil || reveal(got)[0] != "one" {
			t.Fatalf("%v, %v", got, err)
		}
		put(t, own, []byte("A_KEY: two\n"), 0o600)
	}
	_ = c.Close()
	_ = c.Close()
	if got, err := c.Lookup(context.Background(), "A_KEY"); err == nil || len(got.Values) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	if f := c.places[1].(*file); f.held != nil {
		t.Error("it remembers")
	}
}

// TestPlaces holds what is said of the places, without a lookup.
func TestPlaces(t *testing.T) {
	o, env, _, _ := furnish(t)
	for _, s := range Open(o).Places() {
		if !s.There || s.Err != nil {
			t.Errorf("%+v", s)
		}
	}
	put(t, filepath.Join(o.ConfigDir, OwnFile), []byte("A_KEY: x"), 0o660)
	delete(env, "SOPS_AGE_KEY")
	env["VAULT_ADDR"] = "vault.example:8200"
	bad := map[string]string{"file": "chmod 600", "age file": "no age identity", "SOPS file": "no age identity", "vault": "VAULT_ADDR is no address"}
	for _, s := range Open(o).Places() {
		if want := bad[s.Name]; (s.Err == nil) != (want == "") || s.Err != nil && !strings.Contains(s.Err.Error(), want) {
			t.Errorf("%+v", s)
		}
	}
	for _, s := range Open(Options{}).Places() {
		if s.There && s.Name != "environment" && s.Name != "keyring" {
			t.Errorf("%+v", s)
		}
	}
}
