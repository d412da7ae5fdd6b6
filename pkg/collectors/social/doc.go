// Package social holds the collectors of what people say of themselves in
// public profiles: one source, one file.
//
// Nearly everything here is about a living person, so three things hold in
// each of them. What a person typed without a form is free text, and told as
// nothing else: a field that does not look like what it is called is free text
// too. Pages are told as texts and not as entities, for a profile's address
// names its owner. And what is kept of an answer under a ruling that leaves
// something out is its shape: which fields were filled, which services are
// linked, and no value that a person gave.
package social
