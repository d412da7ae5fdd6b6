package secret

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"filippo.io/age"
)

// TestSOPSMade reads what SOPS 3.13.3 itself made of one plain file, with the
// identities that it was made for; see testdata/sops/README.
func TestSOPSMade(t *testing.T) {
	all := map[string][]string{"SHODAN_API_KEY": {"from-sops-1"}, "GITHUB_TOKEN": {"from-sops-2", "from-sops-3"}, "PIN": {"1234"}, "RATE": {"1.5"}, "ON": {"True"}}
	clear := map[string][]string{"SHODAN_API_KEY": {"from-sops-1"}, "GITHUB_TOKEN": {"from-sops-2", "from-sops-3"}}
	keys, err := os.ReadFile("testdata/sops/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	ids := func() ([]age.Identity, error) { return parseIdentities("keys.txt", string(keys)) }
	for name, want := range map[string]map[string][]string{"x25519": all, "hybrid": all, "clear": all, "mac-only": clear} {
		text, err := os.ReadFile("testdata/sops/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		held, err := readSOPS(text, ids)
		if err != nil || !reflect.DeepEqual(held, want) {
			t.Errorf("%s: %v, %v", name, held, err)
		}
		for what, other := range changed(name, string(text)) {
			if held, err := readSOPS([]byte(other), ids); err == nil || !strings.Contains(err.Error(), "MAC does not hold") {
				t.Errorf("%s, %s: %v, %v", name, what, held, err)
			}
		}
	}
}

// changed are files that somebody changed who has not the key.
func changed(name, text string) map[string]string {
	lines := strings.Split(text, "\n")
	find := func(head string) string {
		for _, l := range lines {
			if strings.HasPrefix(l, head) {
				return l
			}
		}
		panic("there is no " + head)
	}
	shodan := find("SHODAN_API_KEY: ")
	out := map[string]string{
		"another name":  strings.Replace(text, "SHODAN_API_KEY", "SHODAN_API_KEZ", 1),
		"one less":      strings.Replace(text, shodan+"\n", "", 1),
		"in clear":      strings.Replace(text, shodan, "SHODAN_API_KEY: mine", 1),
		"another time":  strings.Replace(text, `lastmodified: "2026`, `lastmodified: "2025`, 1),
		"another order": strings.Replace(strings.Replace(text, shodan+"\n", "", 1), "sops:\n", shodan+"\nsops:\n", 1),
	}
	if name != "mac-only" {
		out["one more"] = strings.Replace(text, "sops:\n", "EXTRA: mine\nsops:\n", 1)
		out["a copy"] = strings.Replace(text, "sops:\n", strings.Replace(shodan, "SHODAN_API_KEY", "EXTRA", 1)+"\nsops:\n", 1)
		out["only encrypted"] = strings.Replace(text, "sops:\n", "sops:\n    mac_only_encrypted: true\n", 1)
	}
	return out
}

// seal encrypts as SOPS does: it shares nothing with what is tested.
func seal(t testing.TB, key []byte, path, kind, text string) string {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, 32)
	if err != nil {
		t.Fatal(err)
	}
	iv := make([]byte, 32)
	rand.Read(iv)
	out := gcm.Seal(nil, iv, []byte(text), []byte(path))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("ENC[AES256_GCM,data:%s,iv:%s,tag:%s,type:%s]", b64(out[:len(out)-16]), b64(iv), b64(out[len(out)-16:]), kind)
}

// sopsFile encodes a file: pairs of name and value.
func sopsFile(t testing.TB, to age.Recipient, pairs ...string) string {
	t.Helper()
	key := make([]byte, 32)
	rand.Read(key)
	const at = "2026-11-26T10:00:00Z"
	var b strings.Builder
	sum := sha512.New()
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%s: %s\n", pairs[i], seal(t, key, pairs[i]+":", "str", pairs[i+1]))
		sum.Write([]byte(pairs[i+1]))
	}
	enc := "            " + strings.ReplaceAll(strings.TrimSpace(string(encrypt(t, string(key), true, to))), "\n", "\n            ")
	fmt.Fprintf(&b, "sops:\n    kms: []\n    pgp: []\n    age:\n        - recipient: x\n          enc: |\n%s\n    lastmodified: %q\n    mac: %s\n    version: 3.9.0\n",
		enc, at, seal(t, key, at, "str", fmt.Sprintf("%X", sum.Sum(nil))))
	return b.String()
}

// TestSOPSPlace reads a file of an independent encoder through a chain, and tells
// what can't be read.
func TestSOPSPlace(t *testing.T) {
	x, _ := age.GenerateX25519Identity()
	other, _ := age.GenerateX25519Identity()
	dir := t.TempDir()
	text := sopsFile(t, x.Recipient(), "A_KEY", canary, "B_KEY", "two: [words]", "B_KEY_2", "é\n")
	path := put(t, filepath.Join(dir, SOPSFile), []byte(text), 0o644)
	look := func(env vars, name string) (Found, error) {
		return Open(Options{Getenv: env.get, ConfigDir: dir}).Lookup(context.Background(), name)
	}
	mine := vars{"SOPS_AGE_KEY": x.String()}
	if got, err := look(mine, "B_KEY"); err != nil || !reflect.DeepEqual(reveal(got), []string{"two: [words]", "é\n"}) || got.Place != "SOPS file "+path {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := look(mine, "C_KEY"); err != nil || len(got.Values) != 0 || got.Place != "" {
		t.Errorf("%v, %v", got, err)
	}
	age0 := strings.Index(text, "    age:\n")
	noAge := text[:age0] + text[strings.Index(text, "    lastmodified"):]
	for name, c := range map[string]struct {
		text string
		env  vars
		want string
	}{
		"no identity":      {text, vars{}, "no age identity"},
		"another identity": {text, vars{"SOPS_AGE_KEY": other.String()}, "none of the age identities"},
		"other keys":       {strings.Replace(noAge, "pgp: []", "pgp: [{fp: x, enc: y}]", 1), mine, "encrypted to no age recipient"},
		"key groups":       {strings.Replace(noAge, "kms: []", "key_groups: [{age: []}, {age: []}]", 1), mine, "key groups"},
		"not encrypted":    {"A_KEY: " + canary, mine, "SOPS did not encrypt it"},
		"no map of sops":   {"A_KEY: x\nsops: [" + canary + "]", mine, "line 2: what stands below sops"},
		"a value torn":     {strings.Replace(text, "type:str]", "type:str", 1), mine, "A_KEY: the value is not in the form"},
		"a tag too short":  {strings.Replace(text, "tag:", "tag:AA", 1), mine, "A_KEY: the value is damaged"},
		"no MAC":           {strings.Replace(text, "mac: ", "mac2: ", 1), mine, "MAC does not hold"},
		"no time":          {strings.Replace(text, "lastmodified", "lastmod", 1), mine, "when it was modified"},
		"nested":           {strings.Replace(text, "A_KEY: ", "A_KEY:\n    x: ", 1), mine, "A_KEY: no map is read here"},
		"empty":            {"", mine, "SOPS did not encrypt it"},
	} {
		put(t, path, []byte(c.text), 0o644)
		got, err := look(c.env, "A_KEY")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") || len(got.Values) > 0 {
			t.Errorf("%s: %v; want %s", name, err, c.want)
		}
	}
}

// FuzzSOPS holds that nothing but what was encrypted comes out of a file,
// whatever is changed in it.
func FuzzSOPS(f *testing.F) {
	x, _ := age.GenerateX25519Identity()
	text := []byte(sopsFile(f, x.Recipient(), "A_KEY", "one", "B_KEY", "two"))
	f.Add(10, []byte("X"))
	f.Add(0, []byte("A_KEY: mine\n"))
	f.Add(len(text), []byte("mac_only_encrypted: true\n"))
	f.Add(200, []byte("ENC[AES256_GCM,data:,iv:,tag:,type:]"))
	ids := func() ([]age.Identity, error) { return []age.Identity{x}, nil }
	f.Fuzz(func(t *testing.T, at int, with []byte) {
		if at < 0 || at > len(text) {
			return
		}
		b := bytes.Clone(text[:at])
		b = append(append(b, with...), text[min(len(text), at+len(with)):]...)
		held, err := readSOPS(b, ids)
		if err != nil {
			return
		}
		for name, texts := range held {
			if want := map[string]string{"A_KEY": "one", "B_KEY": "two"}[name]; len(texts) != 1 || texts[0] != want {
				t.Fatalf("%s is %q", name, texts)
			}
		}
	})
}
