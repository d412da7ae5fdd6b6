// Package collectors holds what binds a collector to a run, and [Net], the
// only way out of this machine.
//
// A collector is an [Entry]: a [pipeline.Spec] and a [Func]. The Func is
// handed a [View], this task's sight of the process's one Net, and an [Emit].
// It asks through the View, parses what comes back, and emits observations.
// It keeps no state, opens no socket, reads no clock but [View.Now], and
// names for each observation the exchanges that prove it.
//
// # The way of a question
//
// An answer of an earlier attempt is read back from the case; else a fresh one
// is taken from the cache; else the question is metered against the Spec's
// ceiling, the budget and what may be spent today, waits for its source's turn,
// is sent through the address guard, and what comes back is bounded, judged and
// recorded. What is counted, paid and left alone is shared by all processes of the
// machine; a cached answer is of when it was fetched, and needs no turn. Each
// question is one exchange, whatever came of it; a repeat is another. The names
// that a connection needs are resolved on its way and are part of its exchange,
// whose Detail names the peer.
//
// # The bytes of an exchange
//
// They are whole enough to be read back without the network. HTTP: status
// line, header sorted by name, empty line, and the body as unpacked;
// X-Osint-Url, X-Osint-Doubt and X-Osint-Truncated are ours. DNS: the message in
// wire form, its id zero; of a zone transfer each message with its length before
// it, as over TCP. WHOIS: the bytes received. TLS: one line of JSON about the
// connection, and the chain as PEM. A sweep of a word list, which is one
// exchange: a [Swept] as JSON. A scan of the ports of one address, which is one
// too: a [Scanned] as JSON, with what the servers said by themselves.
// connection, and the chain as PEM. A data base: JSON lines, the first of which
// says how many rows follow and whether they are all, then a row a line by
// column. A sweep of a word list, which is one exchange: a [Swept] as JSON.
package collectors
