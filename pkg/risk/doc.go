// Package risk turns what was observed into findings and a score.
//
// A [Model] is loaded from rule files. Its [pipeline.Assessor] judges every
// rule on every subject in scope: failed (a finding), passed, unknown (what
// would have told was not asked, or did not answer), or not applicable. A
// check that could not run is never a pass: it lowers coverage and widens the
// bounds, and never improves the score.
//
// The score is model osint-risk/1: an index from 0 to 100, not a probability.
// Hazards are in nats. See docs/risk.md for what each step is good for.
package risk
