package technical

import "testing"

// The samples are those of BIP 173 and BIP 350, and addresses of the manuals.
func TestBitcoinSound(t *testing.T) {
	for address, want := range map[string]bool{
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4":                     true,
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": true,
		"bc1sw50qgdz25j":                                                 true,
		"bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs":                           true,
		"1BoatSLRHtKNngkdXEeobR76b53LETtpyT":                             true,
		"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy":                             true,
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5":                     false,
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd": false, // Bech32 of version 1
		"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh":                     false, // Bech32m of version 0
		"bc1qr508d6qejxtdg4y5r3zarvaryv98gj9p":                           false, // 16 bytes of version 0
		"bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du":                          false, // filled up with too much
		"bc1gmk9yu":                                                      false,
		"bc1bbbbbbbbbbbb":                                                false,
		"1BoatSLRHtKNngkdXEeobR76b53LETtpyU":                             false,
		"11BoatSLRHtKNngkdXEeobR76b53LETtpyT":                            false,
		"1":                                                              false,
		"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLyzzzzzz":                       false,
	} {
		if got := bitcoinSound(address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

func FuzzBitcoinSound(f *testing.F) {
	f.Add("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", byte(3))
	f.Add("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", byte(30))
	f.Fuzz(func(t *testing.T, s string, at byte) {
		if !bitcoinSound(s) || len(s) < 4 {
			return
		}
		i := 3 + int(at)%(len(s)-3)
		for _, c := range "qp8" { // one letter that is wrong is always noticed
			if other := s[:i] + string(c) + s[i+1:]; other != s && bitcoinSound(other) {
				t.Errorf("%s and %s", s, other)
			}
		}
	})
}
