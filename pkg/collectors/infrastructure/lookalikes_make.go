package infrastructure

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"osint/pkg/pipeline"
)

// A lookalike is a domain that could be taken for another.
type lookalike struct {
	name     string
	by       string // the way it was made
	distance int    // letters to change, add or take away in the label
}

// maxLookalikes is how many are tried of one domain, those first that are
// hardest to tell from it.
const maxLookalikes = 250

// shortLabel is the length up to which a changed label is another word, not a
// slip: there only what looks the same is tried.
const shortLabel = 4

// lookalikesOf returns the domains that are taken for one, most alike first,
// each once.
func lookalikesOf(domain string) []lookalike {
	suffix, private := registry(domain)
	if private != "" { // those below it are its customers', and no registry's
		return nil
	}
	label, below := strings.CutSuffix(domain, "."+suffix)
	if !below || strings.Contains(label, ".") {
		return nil
	}
	shown, err := idna.ToUnicode(label)
	if err != nil {
		shown = label
	}
	var all []lookalike
	seen := map[string]bool{domain: true}
	for _, way := range lookalikeWays {
		if way.slip && len([]rune(shown)) <= shortLabel {
			continue
		}
		for _, made := range way.make(shown) {
			if !strings.Contains(made, ".") {
				made += "." + suffix
			}
			e, err := pipeline.NewEntity(pipeline.KindDomain, made)
			if err != nil || seen[e.Value] || registrableOf(e.Value) != e {
				continue
			}
			seen[e.Value] = true
			head, _, _ := strings.Cut(made, ".")
			all = append(all, lookalike{e.Value, way.by, editDistance(shown, head)})
		}
	}
	return all[:min(len(all), maxLookalikes)]
}

// lookalikeWays are the ways in which names are made to be mistaken, best
// first. A slip changes a letter; on short names that makes another's.
var lookalikeWays = []struct {
	by   string
	slip bool
	make func(label string) []string
}{
	{"look-alike letters", false, func(l string) []string { return replaced(l, alikeASCII) }},
	{"letters of another script", false, func(l string) []string { return replaced(l, alikeScripts) }},
	{"other ending", false, otherEndings},
	{"omission", true, omissions},
	{"transposition", true, transpositions},
	{"doubling", true, doublings},
	{"hyphen", true, hyphens},
	{"plural", true, func(l string) []string { return []string{l + "s", strings.TrimSuffix(l, "s")} }},
	{"missing dot", false, func(l string) []string { return []string{"www" + l} }},
	{"added word", false, addedWords},
	{"neighbouring key", true, func(l string) []string { return replaced(l, neighbours) }},
	{"flipped bit", true, flippedBits},
}

// alikeASCII are letters that look like others.
var alikeASCII = map[string][]string{"l": {"1", "i"}, "i": {"l", "1"}, "o": {"0"}, "0": {"o"}, "1": {"l"}, "m": {"rn"}, "rn": {"m"}, "w": {"vv"}, "vv": {"w"},
	"d": {"cl"}, "cl": {"d"}, "g": {"q"}, "q": {"g"}, "u": {"v"}, "v": {"u"}, "nn": {"m"}, "s": {"5"}, "e": {"3"}, "b": {"6"}, "z": {"2"}}

// alikeScripts are letters of other scripts, and with marks, that look like
// those of ASCII (UTS 39).
var alikeScripts = map[string][]string{"a": {"а", "á"}, "c": {"с", "ç"}, "e": {"е", "é"}, "i": {"і", "í"}, "j": {"ј"}, "l": {"ӏ"}, "n": {"ñ"},
	"o": {"о", "ο", "ó"}, "p": {"р"}, "s": {"ѕ"}, "u": {"ü"}, "x": {"х"}, "y": {"у"}, "h": {"һ"}, "k": {"к"}, "g": {"ɡ"}, "w": {"ԝ"}, "d": {"ԁ"}}

// neighbours are the keys beside a key of QWERTY.
var neighbours = func() map[string][]string {
	keys := map[string][]string{}
	for _, row := range []string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"} {
		for i := range len(row) - 1 {
			a, b := row[i:i+1], row[i+1:i+2]
			keys[a], keys[b] = append(keys[a], b), append(keys[b], a)
		}
	}
	return keys
}()

// replaced returns a label with each one of what a table names replaced, one
// at a time.
func replaced(label string, table map[string][]string) (out []string) {
	for i := range label {
		for _, n := range []int{1, 2} {
			if i+n > len(label) {
				continue
			}
			for _, other := range table[label[i:i+n]] {
				out = append(out, label[:i]+other+label[i+n:])
			}
		}
	}
	return out
}

// endings are those under which most is registered, and most is misused.
var endings = strings.Fields("com net org co io info biz online site shop app xyz top dev eu de")

func otherEndings(label string) (out []string) {
	for _, e := range endings {
		out = append(out, label+"."+e)
	}
	return out
}

func omissions(label string) (out []string) {
	rs := []rune(label)
	for i := range rs {
		out = append(out, string(slices.Concat(rs[:i], rs[i+1:])))
	}
	return out
}

func transpositions(label string) (out []string) {
	rs := []rune(label)
	for i := range len(rs) - 1 {
		swapped := slices.Clone(rs)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		out = append(out, string(swapped))
	}
	return out
}

func doublings(label string) (out []string) {
	rs := []rune(label)
	for i := range rs {
		out = append(out, string(slices.Concat(rs[:i+1], rs[i:])))
	}
	return out
}

func hyphens(label string) (out []string) {
	rs := []rune(label)
	for i := 1; i < len(rs); i++ {
		out = append(out, string(rs[:i])+"-"+string(rs[i:]))
	}
	return append(out, strings.ReplaceAll(label, "-", ""))
}

// baits are the words that go with a name where somebody is to log in or pay.
var baits = strings.Fields("login secure mail support account pay online portal verify")

func addedWords(label string) (out []string) {
	for _, w := range baits {
		out = append(out, label+"-"+w, w+"-"+label, label+w)
	}
	return out
}

// flippedBits returns what memory that fails makes of a label.
func flippedBits(label string) (out []string) {
	for i := range len(label) {
		for bit := range 7 {
			c := label[i] ^ 1<<bit
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' {
				out = append(out, label[:i]+string(c)+label[i+1:])
			}
		}
	}
	return out
}

// editDistance is how many letters are to be changed, added or taken away to
// make one text of another (Levenshtein).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, c := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, d := range y {
			cost := diagonal
			if c != d {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
