package report

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
)

// The fonts of the PDF, unmodified; their licence is fonts/OFL.txt.
var (
	//go:embed fonts/NotoSans-Regular.ttf
	sansRegular []byte
	//go:embed fonts/NotoSans-Bold.ttf
	sansBold []byte
	//go:embed fonts/NotoSerif-Regular.ttf
	serifRegular []byte
	//go:embed fonts/NotoSerif-Bold.ttf
	serifBold []byte
	//go:embed fonts/NotoSansMono-Regular.ttf
	monoRegular []byte
)

// A face is one font file and the characters it can draw.
type face struct {
	family, style string
	data          []byte
	draws         *runeSet
}

// runeSet holds characters of the basic plane.
type runeSet [1 << 16 / 64]uint64

func (s *runeSet) has(r rune) bool {
	return r >= ' ' && r < 1<<16 && s[r/64]&(1<<(r%64)) != 0
}

// faces are read when the first PDF is rendered.
var faces = sync.OnceValues(func() (map[string]*face, error) {
	all := map[string]*face{}
	for _, f := range []*face{{"sans", "", sansRegular, nil}, {"sans", "B", sansBold, nil}, {"serif", "", serifRegular, nil},
		{"serif", "B", serifBold, nil}, {"mono", "", monoRegular, nil}} {
		set, err := charactersOf(f.data)
		if err != nil {
			return nil, fmt.Errorf("read the embedded font %s%s: %w", f.family, f.style, err)
		}
		f.draws = set
		all[f.family+f.style] = f
	}
	return all, nil
})

// drawable writes what the face has no glyph for as a visible escape:
// nothing is dropped.
func (f *face) drawable(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if f.draws.has(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

// charactersOf reads the character map (table cmap, format 4, platform 3) of
// a TrueType font.
func charactersOf(font []byte) (*runeSet, error) {
	sub, err := characterMap(font)
	if err != nil {
		return nil, err
	}
	u16 := func(at int) int {
		if at < 0 || at+2 > len(sub) {
			return 0
		}
		return int(binary.BigEndian.Uint16(sub[at:]))
	}
	set := new(runeSet)
	n := u16(6) / 2
	for i := range n {
		last, first := u16(14+2*i), u16(16+2*n+2*i)
		delta, at := u16(16+4*n+2*i), 16+6*n+2*i
		offset := u16(at)
		for r := first; r <= last && r < 0xffff; r++ {
			glyph := r + delta
			if offset != 0 {
				if glyph = u16(at + offset + 2*(r-first)); glyph != 0 {
					glyph += delta
				}
			}
			if glyph&0xffff != 0 {
				set[r/64] |= 1 << (r % 64)
			}
		}
	}
	return set, nil
}

// characterMap returns the font's Unicode subtable of format 4.
func characterMap(font []byte) ([]byte, error) {
	if len(font) < 12 {
		return nil, fmt.Errorf("%d bytes are no font", len(font))
	}
	for i := range int(binary.BigEndian.Uint16(font[4:])) {
		rec := 12 + 16*i
		if rec+16 > len(font) {
			break
		}
		if string(font[rec:rec+4]) != "cmap" {
			continue
		}
		at := int(binary.BigEndian.Uint32(font[rec+8:]))
		if at+4 > len(font) {
			break
		}
		table := font[at:]
		for j := range int(binary.BigEndian.Uint16(table[2:])) {
			e := 4 + 8*j
			if e+8 > len(table) {
				break
			}
			sub := int(binary.BigEndian.Uint32(table[e+4:]))
			if binary.BigEndian.Uint16(table[e:]) == 3 && sub+2 <= len(table) && binary.BigEndian.Uint16(table[sub:]) == 4 {
				return table[sub:], nil
			}
		}
	}
	return nil, fmt.Errorf("no character map of format 4")
}
