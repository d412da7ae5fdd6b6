package pipeline

import (
	"bytes"
	"encoding/hex"
	"testing"

	"golang.org/x/crypto/sha3"
)

func TestKeccak(t *testing.T) {
	if sum := keccak256(nil); hex.EncodeToString(sum[:]) != "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" {
		t.Errorf("of nothing: %x", sum)
	}
	for n := range 300 { // around the ends of blocks, too
		data := bytes.Repeat([]byte{byte(n), 0x80, 0xff}, n)[:n]
		h := sha3.NewLegacyKeccak256()
		h.Write(data)
		if sum := keccak256(data); !bytes.Equal(sum[:], h.Sum(nil)) {
			t.Fatalf("of %d bytes: %x", n, sum)
		}
	}
}

// The samples are those of EIP-55.
func TestMistypedWallets(t *testing.T) {
	for text, ok := range map[string]bool{
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed":          true,
		"ethereum:0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359": true,
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed":          true,
		"0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED":          true,
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD":          false,
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee":          false,
	} {
		e, err := NewEntity(KindWallet, text)
		if (err == nil) != ok || ok && e.Value != "ethereum:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed" && e.Value != "ethereum:0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359" {
			t.Errorf("%s: %s, %v", text, e, err)
		}
	}
}
