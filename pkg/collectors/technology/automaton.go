package technology

import (
	"errors"
	"math"
)

// An automaton finds many literals in one pass over a text, letters of either
// case alike (Aho and Corasick, 1975). The time it takes does not depend on
// how many there are.
type automaton struct {
	column [256]uint8 // of a byte; 0 is that of all bytes that stand in no literal
	width  int        // columns
	next   []uint16   // by state and column
	ends   [][]int32  // by state: the literals that end here
	told   []uint16   // by state: the nearest of itself and its suffixes where a literal ends; 0 is none
	suffix []uint16   // by state: the longest other state that ends the same
}

// newAutomaton builds the automaton of literals, which are known by their
// place in the list. None may be empty.
func newAutomaton(literals []string) (*automaton, error) {
	a := &automaton{width: 1}
	for _, l := range literals {
		for i := range len(l) {
			if b := lower(l[i]); a.column[b] == 0 {
				a.column[b] = uint8(a.width)
				a.width++
			}
		}
	}
	for b := byte('A'); b <= 'Z'; b++ {
		a.column[b] = a.column[lower(b)]
	}
	size := 1
	for _, l := range literals {
		size += len(l)
	}
	a.next, a.ends = make([]uint16, 0, size*a.width), make([][]int32, 0, size)
	a.state()
	for i, l := range literals {
		if err := a.add(l, int32(i)); err != nil {
			return nil, err
		}
	}
	a.link()
	return a, nil
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func (a *automaton) state() uint16 {
	a.next = a.next[:len(a.next)+a.width]
	a.ends = append(a.ends, nil)
	return uint16(len(a.ends) - 1)
}

// add grows the branch of one literal.
func (a *automaton) add(literal string, id int32) error {
	at := uint16(0)
	for i := range len(literal) {
		edge := int(at)*a.width + int(a.column[literal[i]])
		if a.next[edge] == 0 {
			if len(a.ends) > math.MaxUint16 {
				return errors.New("too many literals for one automaton")
			}
			s := a.state()
			a.next[edge] = s
		}
		at = a.next[edge]
	}
	a.ends[at] = append(a.ends[at], id)
	return nil
}

// link makes of the tree of literals a machine that never goes back: breadth
// first, so that a state's suffix is done before it.
func (a *automaton) link() {
	a.suffix, a.told = make([]uint16, len(a.ends)), make([]uint16, len(a.ends))
	queue := make([]uint16, 0, len(a.ends))
	for c := range a.width {
		if s := a.next[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		a.told[at] = at
		if len(a.ends[at]) == 0 {
			a.told[at] = a.told[a.suffix[at]]
		}
		row, shorter := int(at)*a.width, int(a.suffix[at])*a.width
		for c := range a.width {
			if s := a.next[row+c]; s != 0 {
				a.suffix[s] = a.next[shorter+c]
				queue = append(queue, s)
			} else {
				a.next[row+c] = a.next[shorter+c]
			}
		}
	}
}

// scan calls hit for every literal that ends in the text, with the index
// behind it.
func (a *automaton) scan(text string, hit func(literal int32, end int)) {
	at := uint16(0)
	for i := range len(text) {
		at = a.next[int(at)*a.width+int(a.column[text[i]])]
		for s := a.told[at]; s != 0; s = a.told[a.suffix[s]] {
			for _, id := range a.ends[s] {
				hit(id, i+1)
			}
		}
	}
}
