package pipeline

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Which accounts a page may be of, and whose own page it is.
func TestEntityAccounts(t *testing.T) {
	for _, c := range []struct{ typed, accounts, profile string }{
		{"https://funken.example/@Ada", "[account:funken.example/ada]", "account:funken.example/ada"},
		{"https://funken.example/users/ada", "[account:funken.example/ada account:funken.example/users]", "account:funken.example/ada"},
		{"https://funken.example/in/ada/detail", "[account:funken.example/ada account:funken.example/in]", ""},
		{"https://funken.example/@ada@b.example", "[account:b.example/ada account:funken.example/ada@b.example]", "account:b.example/ada"},
		{"https://funken.example/user?id=ada", "[account:funken.example/ada account:funken.example/user]", "account:funken.example/ada"},
		{"https://funken.example/ada", "[account:funken.example/ada]", "account:funken.example/ada"},
		{"https://funken.example/ada/x", "[account:funken.example/ada]", ""},
		{"https://funken.example/", "[]", ""},
		{"https://funken.example/@", "[]", ""},
		{"repository:github.com/miekg/dns", "[account:github.com/miekg]", ""},
		{"account:b.example/ada", "[]", ""},
		{"account:b.example/ada@c.example", "[account:c.example/ada]", ""},
		{"ada@b.example", "[]", ""},
	} {
		e, err := ParseEntity(c.typed)
		if err != nil {
			t.Fatal(err)
		}
		profile := ""
		if p := e.Profile(); !p.IsZero() {
			profile = p.String()
		}
		if got := fmt.Sprint(e.Accounts()); got != c.accounts || profile != c.profile {
			t.Errorf("%s: %s, %q; want %s, %q", c.typed, got, profile, c.accounts, c.profile)
		}
	}
}

// Whatever a page is called, what it names are accounts as any others.
func TestEntityAccountsAreCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := NewEntity(KindURL, "https://a.example/"+rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z@~/%?=.]{0,30}`)).Draw(t, "path"))
		if err != nil {
			return
		}
		for _, a := range append(e.Accounts(), e.Profile()) {
			if again, err := NewEntity(KindAccount, a.Value); !a.IsZero() && (err != nil || again != a) {
				t.Fatalf("%s: %s, again %s, %v", e, a, again, err)
			}
		}
	})
}
