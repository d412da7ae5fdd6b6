// Package registry says what has become of sources since this osint was made:
// where they lie now, how fast and how often they may be asked, what they cost, on
// what terms, and which are gone.
//
// It is one signed document: YAML, in the form of golang.org/x/mod/sumdb/note, so
// that whoever trusts its key may take it from anywhere. It changes what a source
// says of itself and nothing else: no collector, no category of data, no mode. A
// document of a lower version than the one before is refused, and so is one that
// would have a credential sent to another owner's host.
package registry
