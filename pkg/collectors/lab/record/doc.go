// Package record makes a fixture of a live answer: what a collector was
// answered becomes the text of a world of the lab, with everything taken out
// of it that is somebody's.
//
// Names become names below .example, addresses lie in the documentation
// ranges, people and organisations are numbered, mailboxes and telephone
// numbers are made up. The same thing always becomes the same thing, so that
// what an answer says of its subject it still says. What an expression cannot
// know, a reader must: read a fixture before you commit it.
//
// [World] also serves the fixture and asks it again: it holds if the collector
// ends as it did and says as much.
package record
