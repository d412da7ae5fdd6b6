package casefile

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"osint/pkg/audit"
	"osint/pkg/compliance"
)

// TestApproval holds that an approval is verified where a case was sent: that the
// key in it signed what it says, of this case, and nothing of whose the key is.
func TestApproval(t *testing.T) {
	m := makeCase(t)
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := compliance.ParseKey("ed25519:" + base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey)))
	if err != nil {
		t.Fatal(err)
	}
	approval := func(caseID string) (compliance.Approval, compliance.Statement) {
		now := time.Now()
		s := compliance.Statement{Approver: "a.meyer", Case: caseID, Collectors: []string{"gravatar"}, Issued: compliance.Stamp(now), Expires: compliance.Stamp(now.Add(time.Hour)),
			Reason: "LIA-7", Rules: []string{"gdpr-35-dpia"}, Subjects: []string{m.person.String()}, Version: compliance.ApprovalVersion}
		sig, err := compliance.Sign(s, compliance.Approver{ID: "a.meyer", Keys: []compliance.Key{key}}, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil)
		if err != nil {
			t.Fatal(err)
		}
		return compliance.Approval{Signature: sig, Key: key.Fingerprint(), PublicKey: key.Line()}, s
	}
	a, s := approval(m.folder.Vault().Case)
	m.add(*a.Event(s))
	m.attest()
	if c := m.check(0, ""); len(c.Approvals) != 1 || c.Approvals[0].Key != key.Fingerprint() || c.Approvals[0].Approver != "a.meyer" {
		t.Errorf("%+v", c.Approvals)
	}

	// Attested by a ledger, and yet not what was signed.
	s.Rules = []string{"gdpr-9-primary"}
	m.add(*a.Event(s))
	m.attest()
	m.check(audit.Tampered, "the signature is not of this statement")

	m = makeCase(t)
	a, s = approval("c-0000000000000000")
	m.add(*a.Event(s))
	m.attest()
	m.check(audit.Tampered, "it is of case c-0000000000000000")

	m = makeCase(t)
	a, s = approval(m.folder.Vault().Case)
	e := a.Event(s)
	e.Approved.Data = json.RawMessage(strings.Replace(string(e.Approved.Data), key.Fingerprint(), "SHA256:abc", 1))
	m.add(*e)
	m.attest()
	m.check(audit.Tampered, "the line names SHA256:abc")
}
