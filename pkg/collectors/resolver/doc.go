// Package resolver asks DNS questions, many at once.
//
// One [Resolver] serves a whole process. It has a few UDP sockets for each
// server, in a pool that rotates so that ports change, and one TCP connection
// where answers did not fit. There is no goroutine and no socket for a single
// question: a reader for each socket matches answers to questions by id, name
// (with its letters' case randomised), type and peer, and one clock puts
// unanswered questions again, at another server if there is one.
//
// How many questions may be on their way is found out for each server: the
// window widens while answers come back promptly and narrows when more than a
// few are lost.
package resolver
