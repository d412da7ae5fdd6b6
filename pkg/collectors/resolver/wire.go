package resolver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/miekg/dns"
)

const (
	headerSize = 12
	ednsSize   = 1232 // largest answer asked for over UDP: fits any path unfragmented
)

// packName appends the wire form of a name in lower case.
func packName(b []byte, name string) ([]byte, error) {
	if name == "" {
		return nil, fmt.Errorf("empty name: the root is %q", ".")
	}
	if b, ok := packPlain(b, name); ok {
		return b, nil
	}
	var buf [256]byte
	n, err := dns.PackDomainName(strings.ToLower(dns.Fqdn(name)), buf[:], 0, nil, false)
	if err != nil {
		return nil, fmt.Errorf("%.80q is not a DNS name: %w", name, err)
	}
	return append(b, buf[:n]...), nil
}

// packPlain packs a name without escapes, as nearly all are.
func packPlain(b []byte, name string) ([]byte, bool) {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 {
		return b, false
	}
	start := len(b) // of the length of the label at work
	b = append(b, 0)
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '.' {
			if name[i] == '\\' {
				return b, false
			}
			b = append(b, lower(name[i]))
			continue
		}
		n := len(b) - start - 1
		if n == 0 || n > 63 {
			return b, false
		}
		b[start], start = byte(n), len(b)
		b = append(b, 0) // of the next label, or of the root
	}
	return b, true
}

// A query is one sending of a question: two bytes for TCP's length, then the
// message.
type query struct {
	framed   []byte
	question []byte // its question section, within framed
	mixed    bool   // has letters in upper case, so the answer must repeat them
}

// newQuery makes a query of a packed name. With mix, the case of its letters
// is random; with edns, larger answers are asked for.
func newQuery(name []byte, qtype, id uint16, mix, edns bool) query {
	b := make([]byte, 2, 2+headerSize+len(name)+4+11)
	b = binary.BigEndian.AppendUint16(b, id)
	extra := byte(0)
	if edns {
		extra = 1
	}
	b = append(b, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, extra) // RD, AD, one question
	start := len(b)
	b = append(b, name...)
	q := query{}
	if mix {
		q.mixed = mixCase(b[start:])
	}
	b = binary.BigEndian.AppendUint16(b, qtype)
	b = append(b, 0, dns.ClassINET)
	end := len(b)
	if edns {
		b = append(b, 0, 0, byte(dns.TypeOPT), ednsSize>>8, ednsSize&0xff, 0, 0, 0, 0, 0, 0)
	}
	binary.BigEndian.PutUint16(b, uint16(len(b)-2))
	q.framed, q.question = b, b[start:end]
	return q
}

// iterate takes back the wish that the server ask others.
func (q query) iterate() { q.framed[2+2] &^= 0x01 }

// mark sets the bits that a question about DNSSEC has. DO lies in the OPT
// record, which is the last: its flags stand before the length of no options.
func (q *query) mark(as Question, edns bool) {
	if as.CD {
		q.framed[2+3] |= 0x10
	}
	if as.DO && edns {
		q.framed[len(q.framed)-4] |= 0x80
	}
}

// mixCase turns letters of a packed name to upper case at random and reports
// whether there is one. Length bytes are at most 63, below any letter.
func mixCase(name []byte) (mixed bool) {
	bits, left := rand.Uint64(), 64
	for i, c := range name {
		if c < 'a' || c > 'z' {
			continue
		}
		if left == 0 {
			bits, left = rand.Uint64(), 64
		}
		if bits&1 == 1 {
			name[i], mixed = c-'a'+'A', true
		}
		bits >>= 1
		left--
	}
	return mixed
}

// A likeness says how well an answer's question section repeats the one sent.
type likeness int

const (
	unlike  likeness = iota // another question, or none
	folded                  // the same but for the case of letters
	same                    // byte for byte
	headed                  // no question at all, and a code that excuses it
	notOurs                 // no answer
)

// compare compares an answer with the question section it should repeat.
func compare(answer, question []byte) likeness {
	if len(answer) < headerSize || answer[2]&0x80 == 0 || answer[2]>>3&15 != 0 {
		return notOurs
	}
	if binary.BigEndian.Uint16(answer[4:]) == 0 {
		if rc := rcode(answer); rc == dns.RcodeFormatError || rc == dns.RcodeNotImplemented {
			return headed
		}
		return unlike
	}
	if binary.BigEndian.Uint16(answer[4:]) != 1 || len(answer) < headerSize+len(question) {
		return unlike
	}
	got := answer[headerSize : headerSize+len(question)]
	if bytes.Equal(got, question) {
		return same
	}
	n := len(question) - 4 // type and class have no case
	if !bytes.Equal(got[n:], question[n:]) {
		return unlike
	}
	for i := range n {
		if lower(got[i]) != lower(question[i]) {
			return unlike
		}
	}
	return folded
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func rcode(answer []byte) int      { return int(answer[3] & 15) }
func truncated(answer []byte) bool { return answer[2]&0x02 != 0 }

// settle returns a copy of an answer with what was ours taken back: the id is
// zero; the question's name, and owners that repeat its spelling in full, are
// in lower case.
func settle(answer, question []byte) []byte {
	w := bytes.Clone(answer)
	settleIn(w, question)
	return w
}

// settleIn does the same in place.
func settleIn(w, question []byte) {
	w[0], w[1] = 0, 0
	if binary.BigEndian.Uint16(w[4:]) != 1 {
		return
	}
	name := question[:len(question)-4]
	lowerAll(w[headerSize : headerSize+len(name)])
	at := headerSize + len(question)
	for at < len(w) {
		if bytes.HasPrefix(w[at:], name) {
			lowerAll(w[at : at+len(name)])
		}
		if at = afterName(w, at); at < 0 || at+10 > len(w) {
			break
		}
		at += 10 + int(binary.BigEndian.Uint16(w[at+8:]))
	}
}

// afterName returns the offset behind the name at an offset, or -1.
func afterName(w []byte, at int) int {
	for at < len(w) {
		switch n := int(w[at]); {
		case n == 0:
			return at + 1
		case n >= 0xc0:
			return at + 2
		default:
			at += 1 + n
		}
	}
	return -1
}

func lowerAll(b []byte) {
	for i, c := range b {
		b[i] = lower(c)
	}
}
