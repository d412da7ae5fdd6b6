// Package recheck verifies a ledger a second way, sharing no code with the first.
//
// It is slow, holds the whole ledger in memory, and does by the letter what
// pkg/audit does fast: a mistake that is made there is not made here.
package recheck
