package technology

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"
)

// IconHash returns the hash by which search engines of hosts list icons:
// MurmurHash3 (x86, 32 bits, seed 0) of the base64 of the bytes, broken into
// lines of 76 characters, as a signed number. Equal icons have equal hashes;
// that two servers show one icon is a lead, not an identity.
func IconHash(icon []byte) int32 {
	const perLine = 57 // bytes, which make 76 characters
	text := make([]byte, 0, base64.StdEncoding.EncodedLen(len(icon))+len(icon)/perLine+1)
	for len(icon) > 0 {
		n := min(len(icon), perLine)
		text = append(base64.StdEncoding.AppendEncode(text, icon[:n]), '\n')
		icon = icon[n:]
	}
	return int32(murmur3(text))
}

// murmur3 is MurmurHash3_x86_32 with the seed 0, by Austin Appleby, who put
// it in the public domain.
func murmur3(data []byte) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*c1, 15) * c2 }
	h, rest := uint32(0), data
	for ; len(rest) >= 4; rest = rest[4:] {
		h = bits.RotateLeft32(h^mix(binary.LittleEndian.Uint32(rest)), 13)*5 + 0xe6546b64
	}
	if len(rest) > 0 {
		var last [4]byte
		copy(last[:], rest)
		h ^= mix(binary.LittleEndian.Uint32(last[:]))
	}
	h ^= uint32(len(data))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
