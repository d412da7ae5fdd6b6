// Package tui shows a run and a case in a terminal.
//
// [New] returns a [pipeline.Renderer]. The engine's goroutine folds each event
// into a small board under a lock and leaves a note in a mailbox of one: it
// never waits for the terminal, and no event is lost. Bubble Tea, on a
// goroutine of its own, redraws from a copy of the board. What is drawn is a
// pure function of board, size and a few choices of the reader, so it is
// tested without a terminal.
package tui
