// Package telemetry says what a run used, to machines that watch.
//
// A [Meter] and a [Log] are readers of a run like any screen: they are handed
// its events and its progress, change nothing, and their errors never stop it.
// What a Meter counted is a [Usage]; many of them add up to one. A Usage is
// written as samples for a table or a ledger ([Usage.Samples]) or as the text
// that Prometheus reads ([Usage.WriteText]), under the same names.
//
// No value of a case stands in a metric: labels are names of ours (sources,
// outcomes, stages, severities). A log has values as the case's lines have
// them, so a personal one is its token.
package telemetry
