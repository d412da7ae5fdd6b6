// Package fleet is many runs: it carries them out side by side, keeps what
// became of each as one row, and says what has changed since the last time.
//
// A [Fleet] is the scheduler. An [Index] is the record of one run of a batch,
// and the baseline of the next: [Row.Since] compares.
package fleet
