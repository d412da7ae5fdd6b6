// Package risk turns what was observed into findings and a score.
//
// [Load] reads the rules; [Model.Assessor] judges a case by them. A [Rule] is
// a sentence over what is known of one subject: it fails, passes, does not
// apply, or stays unknown because whoever could have told did not answer.
// Failing is a finding, with the observations it stands on; unknown is never
// a pass.
//
// The score is model osint-risk/1. It works in three steps, one file each:
//
//   - What is a finding worth believing? evidence.go: each observation weighs
//     by its grade (grade.go) and its age (decay.go); the best of each origin
//     counts, and origins are combined as independent witnesses.
//   - What do the findings come to? hazard.go: severity is a staircase of
//     layers, each capped; hazards add up in nats, a vector at a time, and the
//     vectors by rank. level.go turns hazard into a score of 0 to 100 and a
//     level.
//   - What do we not know? coverage.go and bounds.go: the share of checks that
//     ran, and the score if those that did not run were at their base rates,
//     or all true. sensitivity.go: what makes the score, and what would change
//     it.
//
// The score is an index, not a probability. Equal input gives byte-equal
// output: everything is sorted before it is summed, and rounded where it
// leaves the package.
package risk

// ModelID names the arithmetic. It changes when equal findings would get
// another score.
const ModelID = "osint-risk/1"
