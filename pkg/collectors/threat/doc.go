// Package threat holds the collectors of what is held against names, addresses,
// pages and files: lists, verdicts, weaknesses that are exploited, breaches. One
// source, one file.
//
// What a source says is its allegation, told with its name, its date and its own
// word for it: a listing is no verdict of ours. That it lists nothing is told
// only where it could have: a list is tried on what must be on it, before its
// silence counts.
package threat
