// Package audit keeps and verifies the tamper-evident record.
//
// The record is a [Ledger]: one SQLite file of leaves, hashed into the Merkle
// tree of RFC 6962, with checkpoints signed over it. An act becomes one leaf:
// a ruling on a lead, the start and end of a task, a finding, a report, a
// disclosure, a change of configuration. What a case learns stays in its case
// file; the ledger binds those lines by segment leaves, which hold their digest.
//
// A [Sink] writes a case's leaves while it runs: a task whose start is not in
// the ledger does not begin. An [Attestation] carries a case's proof into the
// case itself, so that it can be verified by whoever it is mailed to.
//
// What it promises depends on who else knows the newest checkpoint. Alone (L0)
// it shows damage and edits by anyone without the signing key. Anchored (L1), in
// a PostgreSQL that others run or on a report that was handed out, it shows
// also that it was cut, replaced or written anew up to the anchor. Nothing shows
// an act that was never recorded, but for this: no collector is begun before
// its leaf is durable.
//
// A leaf names no data subject in clear: values are as the case file has them,
// personal ones as tokens.
package audit
