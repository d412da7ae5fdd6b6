package pipeline

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
)

// mistyped reports whether an Ethereum address, without 0x, is written in capitals
// and small letters and these are not as its checksum wants them (EIP-55). One that
// is all small or all capital has no checksum.
func mistyped(address string) bool {
	low := strings.ToLower(address)
	if address == low || address == strings.ToUpper(address) {
		return false
	}
	sum := keccak256([]byte(low))
	digits := hex.EncodeToString(sum[:])
	for i := range address {
		if capital := address[i] >= 'A' && address[i] <= 'F'; low[i] > '9' && capital != (digits[i] >= '8') {
			return true
		}
	}
	return false
}

// keccak256 is the hash of Ethereum: Keccak as it was before it became SHA-3,
// which fills up otherwise.
func keccak256(data []byte) (sum [32]byte) {
	const rate = 136
	padded := append(append([]byte{}, data...), 1)
	for len(padded)%rate != 0 {
		padded = append(padded, 0)
	}
	padded[len(padded)-1] |= 0x80
	var a [25]uint64
	for ; len(padded) > 0; padded = padded[rate:] {
		for i := range rate / 8 {
			a[i] ^= binary.LittleEndian.Uint64(padded[8*i:])
		}
		permute(&a)
	}
	for i := range 4 {
		binary.LittleEndian.PutUint64(sum[8*i:], a[i])
	}
	return sum
}

// permute is Keccak-f[1600]. The constants of its rounds, and the distances of its
// turns, are made as the standard makes them (FIPS 202, 3.2).
func permute(a *[25]uint64) {
	shift := byte(1) // of the register that makes the constants
	for range 24 {
		var c [5]uint64
		for x := range 5 { // theta
			c[x] = a[x] ^ a[x+5] ^ a[x+10] ^ a[x+15] ^ a[x+20]
		}
		for i := range a {
			a[i] ^= c[(i%5+4)%5] ^ bits.RotateLeft64(c[(i%5+1)%5], 1)
		}
		x, y, last := 1, 0, a[1]
		for t := range 24 { // rho and pi
			x, y = y, (2*x+3*y)%5
			i := x + 5*y
			a[i], last = bits.RotateLeft64(last, (t+1)*(t+2)/2%64), a[i]
		}
		for row := 0; row < 25; row += 5 { // chi
			var b [5]uint64
			copy(b[:], a[row:row+5])
			for x := range 5 {
				a[row+x] = b[x] ^ ^b[(x+1)%5]&b[(x+2)%5]
			}
		}
		for j := range 7 { // iota
			if shift&1 == 1 {
				a[0] ^= 1 << (1<<j - 1)
			}
			carry := shift >> 7
			shift = shift<<1 ^ carry*0x71
		}
	}
}
