// Package dnssec judges DNS answers by the chain of trust from the root's key
// down (RFC 4033 to 4035, 5155, 6840).
//
// It asks nothing: a [Validator] is handed the answers that somebody else had,
// with signatures and proofs, and says of a zone or an answer whether it is
// secure, insecure, bogus or indeterminate. What a resolver thinks of an
// answer (the AD bit) counts for nothing.
package dnssec
