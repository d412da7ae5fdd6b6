package compliance

import (
	"strings"
	"testing"
)

func TestApproverKeys(t *testing.T) {
	good, _ := plain(t, "a.meyer", 1)
	twin, _ := plain(t, "b.ito", 1)
	if err := (approvers{good, twin}).Check(); err == nil || !strings.Contains(err.Error(), `"a.meyer"'s and "b.ito"'s`) {
		t.Error(err)
	}
	same, _ := plain(t, "A.MEYER", 2)
	if err := (approvers{good, same}).Check(); err == nil || !strings.Contains(err.Error(), "stands here twice") {
		t.Error(err)
	}
	for _, bad := range []string{"", "ssh-ed25519", "ed25519:AAAA", "# " + good.Keys[0].String(), "ssh-dss AAAAB3NzaC1kc3M=", "no-pty " + good.Keys[0].Line(), "ssh-rsa " + strings.Fields(good.Keys[0].Line())[1]} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
	if k, err := ParseKey(good.Keys[0].Line()); err != nil || !good.Keys[0].is(k.public) {
		t.Errorf("one key in two spellings: %v", err)
	}
}
