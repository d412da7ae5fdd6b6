package secret

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// vars are an environment.
type vars map[string]string

func (v vars) get(name string) string { return v[name] }

// encrypt is age's own way to make a file.
func encrypt(t testing.TB, text string, armoured bool, to ...age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	var out io.Writer = &b
	var a io.WriteCloser
	if armoured {
		a = armor.NewWriter(&b)
		out = a
	}
	w, err := age.Encrypt(out, to...)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil && a != nil {
		err = a.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t testing.TB, path string, b []byte, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// reveal returns the texts of what was found.
func reveal(f Found) (texts []string) {
	for _, v := range f.Values {
		texts = append(texts, v.Reveal())
	}
	return texts
}

// TestAge reads files that age made: for both kinds of identity, armoured and
// not, from each place of an identity.
func TestAge(t *testing.T) {
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	h, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, _ := age.GenerateX25519Identity()
	for name, key := range map[string]struct {
		to   age.Recipient
		text string
	}{"X25519": {x.Recipient(), x.String()}, "hybrid": {h.Recipient(), h.String()}} {
		for _, armoured := range []bool{false, true} {
			for from, text := range map[string]string{"yaml": "A_KEY: [one, two]\n", "dotenv": "A_KEY=one\nA_KEY_2=two\n"} {
				dir := t.TempDir()
				file := put(t, filepath.Join(dir, AgeFile), encrypt(t, text, armoured, key.to), 0o644)
				keys := put(t, filepath.Join(dir, "xdg/sops/age/keys.txt"), []byte("# made by a test\n\n"+other.String()+"\n"+key.text+"\n"), 0o600)
				for place, env := range map[string]vars{"variable": {"SOPS_AGE_KEY": key.text}, "file": {"SOPS_AGE_KEY_FILE": keys},
					"XDG": {"XDG_CONFIG_HOME": filepath.Join(dir, "xdg")}, "all": {"SOPS_AGE_KEY": other.String(), "SOPS_AGE_KEY_FILE": keys}} {
					got, err := Open(Options{Getenv: env.get, ConfigDir: dir}).Lookup(context.Background(), "A_KEY")
					if err != nil || !reflect.DeepEqual(reveal(got), []string{"one", "two"}) || got.Place != "age file "+file {
						t.Errorf("%s, armoured %v, %s, identity of %s: %v, %v", name, armoured, from, place, got, err)
					}
				}
			}
		}
	}
}

// TestAgeUnread holds that what can't be decrypted is told, and nothing of it.
func TestAgeUnread(t *testing.T) {
	x, _ := age.GenerateX25519Identity()
	other, _ := age.GenerateX25519Identity()
	dir := t.TempDir()
	whole := encrypt(t, "A_KEY: "+canary, false, x.Recipient())
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-3] ^= 1
	mine := vars{"SOPS_AGE_KEY": x.String()}
	for name, c := range map[string]struct {
		file []byte
		env  vars
		want string
	}{
		"no identity":      {whole, vars{}, "no age identity was found"},
		"another identity": {whole, vars{"SOPS_AGE_KEY": other.String()}, "none of the age identities"},
		"damaged":          {damaged, mine, "damaged"},
		"cut":              {whole[:len(whole)-20], mine, "damaged"},
		"no file of age":   {[]byte("A_KEY: " + canary), mine, "no file of age"},
		"empty":            {nil, mine, "no file of age"},
		"no map":           {encrypt(t, "- "+canary, true, x.Recipient()), mine, "decrypted: line 1: write a map"},
		"too long":         {encrypt(t, "A_KEY: "+strings.Repeat("x", maxFile-500), false, x.Recipient()), mine, ""},
		"torn identity":    {whole, vars{"SOPS_AGE_KEY": x.String()[:40] + "s3cr3t"}, "SOPS_AGE_KEY: line 1 is no age identity"},
		"open identity":    {whole, vars{"SOPS_AGE_KEY_FILE": put(t, filepath.Join(dir, "open"), []byte(x.String()), 0o644)}, "chmod 600"},
		"absent identity":  {whole, vars{"SOPS_AGE_KEY_FILE": filepath.Join(dir, "none")}, "age identities: read "},
		"recipient":        {whole, vars{"SOPS_AGE_KEY": "# s3cr3t\n" + x.Recipient().String()}, "SOPS_AGE_KEY: line 2 is no age identity"},
	} {
		c.env["OSINT_SECRETS_AGE"] = put(t, filepath.Join(dir, "file"), c.file, 0o600)
		got, err := Open(Options{Getenv: c.env.get}).Lookup(context.Background(), "A_KEY")
		if c.want == "" {
			if err != nil || len(got.Values) != 1 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), x.String()[:30]) || len(got.Values) > 0 {
			t.Errorf("%s: %v; want %s", name, err, c.want)
		}
	}
	gone := vars{"OSINT_SECRETS_AGE": filepath.Join(dir, "nowhere"), "SOPS_AGE_KEY": x.String()}
	if _, err := Open(Options{Getenv: gone.get}).Lookup(context.Background(), "A_KEY"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that was named and is not there: %v", err)
	}
}

// FuzzIdentities holds that no line that is no identity is shown.
func FuzzIdentities(f *testing.F) {
	f.Add("AGE-SECRET-KEY-1ZZZZ")
	f.Add("AGE-SECRET-KEY-PQ-1ZZZZ\n# x")
	f.Add("ssh-ed25519 AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(text, "Z", "ZQ7CANARY7QZ")
		if _, err := parseIdentities("SOPS_AGE_KEY", text); err != nil && strings.Contains(err.Error(), "CANARY") {
			t.Fatalf("the error shows it: %v", err)
		}
	})
}
