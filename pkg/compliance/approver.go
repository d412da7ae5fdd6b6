package compliance

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"osint/pkg/pipeline/rule"
)

// An Approver may settle what a rule of law leaves to review.
type Approver struct {
	ID    string `yaml:"id" json:"id"`       // as approvals name them; nobody's own operator id
	Roles []Word `yaml:"roles" json:"roles"` // such as dpo or legal
	Keys  []Key  `yaml:"keys" json:"keys"`   // any of which signs for them
}

// Check implements [rule.Checker].
func (a Approver) Check() error {
	var errs []error
	if strings.TrimSpace(a.ID) == "" {
		errs = append(errs, errors.New("id is missing: write the id by which approvals name this person, such as id: a.meyer"))
	}
	if len(a.Roles) == 0 {
		errs = append(errs, errors.New("roles are missing: say in what role this person approves, such as roles: [dpo]"))
	}
	if len(a.Keys) == 0 {
		errs = append(errs, errors.New("keys are missing: an approval is signed, so write the line of a public key, such as that of ~/.ssh/id_ed25519.pub"))
	}
	return errors.Join(errs...)
}

// key returns the key of an approver that is k.
func (a Approver) key(k ssh.PublicKey) (Key, bool) {
	for _, own := range a.Keys {
		if own.is(k) {
			return own, true
		}
	}
	return Key{}, false
}

// approvers are an organisation's.
type approvers []Approver

// Check implements [rule.Checker]: one id is one person, and one key signs for
// one.
func (as approvers) Check() error {
	ids, keys := map[string]bool{}, map[string]string{}
	var errs []error
	for _, a := range as {
		id := strings.ToLower(a.ID)
		if ids[id] {
			errs = append(errs, fmt.Errorf("%q stands here twice: write all its keys in one entry", a.ID))
		}
		ids[id] = true
		for _, k := range a.Keys {
			if other, taken := keys[k.Fingerprint()]; taken && other != a.ID {
				errs = append(errs, fmt.Errorf("the key %s is %q's and %q's: give each person a key of their own", k.Fingerprint(), other, a.ID))
			}
			keys[k.Fingerprint()] = a.ID
		}
	}
	return errors.Join(errs...)
}

var _ rule.Checker = approvers{}
