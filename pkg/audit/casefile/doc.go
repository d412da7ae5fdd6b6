// Package casefile checks a case folder that somebody was sent, by what lies in it
// and by nothing else: its lines against the proofs among them, its evidence
// against its lines, its reports against both. It needs no ledger and asks nobody.
// Whose keys are to be trusted, [KnownKeys] says.
package casefile
