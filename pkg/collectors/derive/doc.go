// Package derive makes what is kept of an answer where its bytes may not be:
// the shape of a JSON document, of which every value that a person could have
// typed is left out.
//
// A collector that may bring data about people says with a [Shape] which fields
// its derivative has, and hands [JSON] of it to its Spec. What is not named is
// left out, name and all.
package derive
