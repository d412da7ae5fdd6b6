package compliance

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSSHKeygen signs with osint and verifies with ssh-keygen, and the other way
// round.
func TestSSHKeygen(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here: whether it and osint understand each other was not tested")
	}
	for _, c := range []struct{ kind, bits, pass string }{{"ed25519", "", ""}, {"ed25519", "", "open sesame"}, {"ecdsa", "256", ""}, {"ecdsa", "521", ""}, {"rsa", "2048", ""}} {
		t.Run(strings.TrimSpace(c.kind+" "+c.bits+" "+c.pass), func(t *testing.T) {
			dir := t.TempDir()
			run := func(stdin string, args ...string) string {
				cmd := exec.Command(keygen, args...)
				cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", args, out)
				}
				return string(out)
			}
			make := []string{"-q", "-t", c.kind, "-N", c.pass, "-C", "a.meyer", "-f", "key"}
			if c.bits != "" {
				make = append(make, "-b", c.bits)
			}
			run("", make...)
			private, public := file(t, dir, "key"), string(file(t, dir, "key.pub"))
			by := approverOf(t, "a.meyer", public)
			if err := by.Check(); err != nil {
				t.Fatal(err)
			}
			s := statement()
			sig, err := Sign(s, by, private, func() ([]byte, error) { return []byte(c.pass), nil })
			if err != nil {
				t.Fatal(err)
			}
			who, err := Verify(s, sig, []Approver{by}, now)
			if err != nil || !strings.HasPrefix(public, who.Key) || !strings.Contains(run("", "-lf", "key.pub"), who.Fingerprint) {
				t.Fatal(who, err)
			}
			save(t, dir, "statement", s.Bytes())
			save(t, dir, "ours.sig", []byte(sig))
			save(t, dir, "allowed", []byte("a.meyer namespaces=\""+ApprovalVersion+"\" "+public))
			run(string(s.Bytes()), "-Y", "verify", "-f", "allowed", "-I", "a.meyer", "-n", ApprovalVersion, "-s", "ours.sig")
			if c.pass != "" {
				return // ssh-keygen would ask on a terminal
			}
			for _, hash := range []string{"sha256", "sha512"} {
				os.Remove(filepath.Join(dir, "statement.sig"))
				run("", "-Y", "sign", "-O", "hashalg="+hash, "-n", ApprovalVersion, "-f", "key", "statement")
				theirs, err := ReadSignature(file(t, dir, "statement.sig"))
				if err == nil {
					_, err = Verify(s, theirs, []Approver{by}, now)
				}
				if err != nil {
					t.Error(err)
				}
			}
			os.Remove(filepath.Join(dir, "statement.sig"))
			run("", "-Y", "sign", "-n", "file", "-f", "key", "statement")
			if _, err := Verify(s, string(file(t, dir, "statement.sig")), []Approver{by}, now); err == nil || !strings.Contains(err.Error(), `signed for "file"`) {
				t.Errorf("a signature of another namespace: %v", err)
			}
		})
	}
}

// TestOpenSSL signs plainly with openssl, and verifies with it what osint signed.
func TestOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl here: whether it and osint understand each other was not tested")
	}
	dir := t.TempDir()
	run := func(args ...string) []byte {
		cmd := exec.Command(openssl, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", args, out)
		}
		return out
	}
	run("genpkey", "-algorithm", "ed25519", "-out", "key.pem")
	run("pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
	der := run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER")
	by := approverOf(t, "a.meyer", "ed25519:"+base64.StdEncoding.EncodeToString(der[len(der)-32:]))
	s := statement()
	save(t, dir, "statement", s.Bytes())
	run("pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "statement", "-out", "sig")
	theirs, err := ReadSignature(file(t, dir, "sig"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(s, theirs, []Approver{by}, now); err != nil {
		t.Error(err)
	}
	ours, err := Sign(s, by, file(t, dir, "key.pem"), noTerminal)
	if err != nil || ours != theirs {
		t.Fatalf("osint signs %s, %v; openssl %s", ours, err, theirs)
	}
	run("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out", "locked.pem")
	if _, err := Sign(s, by, file(t, dir, "locked.pem"), noTerminal); err == nil || !strings.Contains(err.Error(), "openssl pkeyutl") {
		t.Error(err)
	}
}

func file(t testing.TB, dir, name string) []byte {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func save(t testing.TB, dir, name string, b []byte) {
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}
