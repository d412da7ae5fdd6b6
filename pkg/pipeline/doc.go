// Package pipeline says what an investigation is, and runs it.
//
// An investigation is an append-only list of events. The engine ([Run])
// writes it; everything else (the terminal, the reports, the ledger) reads
// it. A [Case] is the fold of that list, and a case file is the list as JSON
// lines, so a saved case replays into any reader without the network.
//
// The words, in the order in which they meet: an [Entity] is asked about; a
// [Lead] is an entity worth asking about and how we came to it; a [Gate]
// gives a [Ruling] on it; a [Collector] does one [Task] and reports through
// its [Out] the [Exchange]s it had and the [Observation]s it made; an
// [Assessor] turns the case into [Finding]s and an [Assessment]; every step
// is an [Event], and every [Sink] is handed each event once, in order.
package pipeline
