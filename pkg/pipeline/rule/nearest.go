package rule

import "strings"

// Nearest returns the word that somebody who typed word most likely meant.
func Nearest(word string, words []string) (meant string, ok bool) {
	best := 1 + max(1, len(word)/3)
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < best {
			meant, best, ok = w, d, true
		}
	}
	return meant, ok
}

// OneOf returns what to write instead of word: the nearest of words, or all.
func OneOf(word string, words []string) string {
	if w, ok := Nearest(word, words); ok {
		return "did you mean " + w + "?"
	}
	return "write one of " + strings.Join(words, ", ")
}

// distance counts the letters to change, add, drop or swap with a neighbour
// to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
