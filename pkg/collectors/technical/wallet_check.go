package technical

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"strings"

	"osint/pkg/pipeline"
)

// walletAt returns the address of a wallet on a chain, or the Failure of one that
// lies on another.
func walletAt(e pipeline.Entity, chain string) (string, error) {
	where, address, _ := strings.Cut(e.Value, ":")
	if where != chain || address == "" {
		return "", pipeline.Fail(pipeline.Skipped, "not a wallet of "+chain)
	}
	return address, nil
}

// bitcoinSound reports whether the checksum of a Bitcoin address holds: what is
// mistyped is nobody's, and nobody is asked about it.
func bitcoinSound(address string) bool {
	if strings.HasPrefix(address, "bc1") {
		return bech32Sound(address)
	}
	return base58Sound(address)
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Sound checks the last four bytes of Base58Check, and that what comes
// before is the version and the hash of an address of the main chain.
func base58Sound(address string) bool {
	n, radix := new(big.Int), big.NewInt(58)
	for _, r := range address {
		i := strings.IndexRune(base58, r)
		if i < 0 {
			return false
		}
		n.Add(n.Mul(n, radix), big.NewInt(int64(i)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	raw := n.FillBytes(make([]byte, 25))
	zeros := len(address) - len(strings.TrimLeft(address, "1")) // each stands for one byte
	if lead := len(raw) - len(bytes.TrimLeft(raw, "\x00")); lead != zeros || raw[0] != 0 && raw[0] != 5 {
		return false
	}
	first := sha256.Sum256(raw[:21])
	second := sha256.Sum256(first[:])
	return bytes.Equal(second[:4], raw[21:])
}

const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32Sound checks an address of SegWit: Bech32 of version 0 (BIP 173), Bech32m
// of later ones (BIP 350).
func bech32Sound(address string) bool {
	data := make([]byte, 0, len(address))
	for _, r := range address[len("bc1"):] {
		i := strings.IndexRune(bech32, r)
		if i < 0 {
			return false
		}
		data = append(data, byte(i))
	}
	if len(data) < 7 || len(address) > 90 {
		return false
	}
	version, program := data[0], len(data)-7 // six of the checksum
	bits := program * 5
	length := bits / 8
	if version > 16 || bits%8 > 4 || length < 2 || length > 40 || version == 0 && length != 20 && length != 32 {
		return false
	}
	if pad := bits % 8; data[len(data)-7]&(1<<pad-1) != 0 { // what fills up is zero
		return false
	}
	want := uint32(0x2bc830a3)
	if version == 0 {
		want = 1
	}
	return polymod(append([]byte{3, 3, 0, 2, 3}, data...)) == want // "bc", spread out
}

// polymod is the checksum of BIP 173.
func polymod(values []byte) uint32 {
	gen := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	c := uint32(1)
	for _, v := range values {
		top := c >> 25
		c = (c&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range gen {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	return c
}
