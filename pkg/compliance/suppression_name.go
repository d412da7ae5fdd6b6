package compliance

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldName brings the name of a person into one form: the sorted set of its words,
// without titles, with the letters that [foldWord] leaves.
func foldName(s string) string {
	s = strings.ToLower(strings.Map(seen, norm.NFKC.String(s)))
	var names, untitled, all []string
	for _, token := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;()", r) }) {
		parts := strings.FieldsFunc(token, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !apostrophe(r)
		})
		dotted, degree := strings.Contains(token, "."), degrees()[strings.Trim(token, ".")]
		for _, w := range parts {
			if w = foldWord(w); w == "" {
				continue
			}
			all = append(all, w)
			if titles()[w] {
				continue
			}
			untitled = append(untitled, w)
			if !dotted || !degree && !degrees()[w] {
				names = append(names, w)
			}
		}
	}
	for _, instead := range [][]string{untitled, all} { // where titles are all the name that there is
		if len(names) == 0 {
			names = instead
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// titles stand beside names; degrees do in a word that is written with a dot, and
// may be names in one that is not.
var (
	titles = words(`dr drs dres prof professor mr mrs ms miss mx sir madam mister herr herrn frau fraulein dipl diplom
		dipling diplomingenieur phd msc bsc llm monsieur madame mademoiselle mme mlle senor senora signor signora dott dottoressa esq`)
	degrees = words(`ing med phil rer nat jur oec habil mag univ ir jr sr hon rev
		ph.d m.sc b.sc m.a b.a h.c e.h m.d ll.m ll.b m.b.a b.eng m.eng d.phil l.l.m`)
)

func words(text string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for _, w := range strings.Fields(text) {
			m[w] = true
		}
		return m
	})
}

// foldWord brings a word into letters without marks: of Latin ones as they would be
// typed where there is no key for them; of Cyrillic and Greek ones that look Latin,
// the Latin one. oe and ö are both o.
func foldWord(w string) string {
	var out []byte
	var last rune
	for _, r := range norm.NFKD.String(w) {
		if mark(r) || apostrophe(r) {
			continue
		}
		latin, ok := latinOf()[r]
		if !ok {
			latin = string(r)
		}
		for _, r := range latin {
			if r == 'e' && umlaut(out, last) {
				continue
			}
			out, last = append(out, string(r)...), r
		}
	}
	return string(out)
}

// umlaut reports whether an e behind what stands there only says that the vowel
// before it is ä, ö or ü. In Bauer, neu and Quelle it doesn't.
func umlaut(out []byte, last rune) bool {
	if last != 'u' {
		return last == 'a' || last == 'o'
	}
	return len(out) < 2 || !strings.ContainsRune("aeq", rune(out[len(out)-2]))
}

// latinOf has, for letters in small form, what is written for them.
var latinOf = sync.OnceValue(func() map[rune]string {
	m := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ħ': "h", 'ı': "i", 'ŧ': "t",
		'ɑ': "a", 'ɡ': "g", 'ɩ': "i", 'ȷ': "j"}
	looks := func(foreign, latin string) {
		to := []rune(latin)
		for i, r := range []rune(foreign) {
			m[r] = string(to[i])
		}
	}
	looks("авекмнорстухѕіјһԁԛԝӏ", "abekmhopctyxsijhdqwl") // Cyrillic
	looks("αβεζηικμνορτυχγϲϳ", "abezhikmnoptyxycj")       // Greek, as its capitals look
	return m
})

func apostrophe(r rune) bool { return strings.ContainsRune("'’‘`´ʼʹ′", r) }

// mark reports whether r is a diacritic, rather than a vowel of a script that writes
// its vowels so.
func mark(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x1ab0 && r <= 0x1aff || r >= 0x1dc0 && r <= 0x1dff || r >= 0x20d0 && r <= 0x20ff || r >= 0xfe20 && r <= 0xfe2f
}

// unseen reports whether r shows nothing and takes no place: soft hyphens, joiners,
// marks of direction, selectors of a variant.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// seen takes out what nobody sees, for [strings.Map]; blankUnseen puts a blank in
// its place.
func seen(r rune) rune {
	if unseen(r) {
		return -1
	}
	return r
}

func blankUnseen(r rune) rune {
	if unseen(r) {
		return ' '
	}
	return r
}
