// Package paper fills the papers that law wants, from a case or an incident.
//
// A builder takes what the case, the organisation's document and the mandate
// say, and makes a [report.Paper] of it. What none of them says is an open point
// that tells what belongs there and where it is said: nothing is invented, and
// nothing is decided. Each paper says that it is decision support and not legal
// advice; those that somebody has to weigh and sign are marked as drafts.
package paper
