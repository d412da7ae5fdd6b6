// Package loose reads the JSON that sources send in fact: numbers as texts,
// texts as numbers, one value where a list is due, times in a dozen layouts.
//
// Its types take whatever stands in their place without an error: what has not
// the form is the zero value, so that one odd field costs no answer. Whether an
// answer is one at all, a parser says by the fields that must be there.
package loose
