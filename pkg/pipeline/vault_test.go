package pipeline

import "testing"

// TestRevealGone holds that a person whose key was destroyed stays the token, and
// does not become somebody without a name.
func TestRevealGone(t *testing.T) {
	keys := t.TempDir()
	f, err := Create(t.TempDir(), keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ada := Entity{KindEmail, "ada@acme.example"}
	token := f.Vault().SealEntity(ada)
	if got, ok := f.Vault().Reveal(token); !ok || got != ada {
		t.Fatal(got, ok)
	}
	again, err := OpenVault(f.Vault().Case, t.TempDir(), &Keys{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := again.Reveal(token); ok || got != token {
		t.Errorf("without the key: %v, %v", got, ok)
	}
	if got, ok := again.Reveal(ada); !ok || got != ada {
		t.Errorf("in clear: %v, %v", got, ok)
	}
}
