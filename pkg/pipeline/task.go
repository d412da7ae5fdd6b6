package pipeline

import (
	"fmt"
	"strings"
)

// TaskKey is the identity of a task for ever: which collector, about what.
// The subject is the case's form of the entity, a token if it is personal.
type TaskKey struct {
	Collector string
	Subject   Entity
}

// String returns "collector kind:value".
func (k TaskKey) String() string { return k.Collector + " " + k.Subject.String() }

// MarshalText implements encoding.TextMarshaler.
func (k TaskKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *TaskKey) UnmarshalText(b []byte) error {
	name, subject, ok := strings.Cut(string(b), " ")
	kind, value, ok2 := strings.Cut(subject, ":")
	if !ok || !ok2 {
		return fmt.Errorf("task key %q: want \"collector kind:value\"", b)
	}
	*k = TaskKey{name, Entity{Kind(kind), value}}
	return nil
}

// A Task is one piece of work: one collector, one subject, under one ruling.
type Task struct {
	Key     TaskKey
	Case    string // id of the case, so that what is learned for it stays within it
	Attempt int    // 1, and one more for each resume that ran it again
	Subject Entity // in clear, never encoded
	Ruling  Ruling

	// Digest returns the keyed digest of a question. The key never travels
	// with the case, so that nobody can guess from it what was asked.
	Digest func(question string) string

	// Mark returns the keyed digest of what is known again by it alone, such as a
	// secret that was found, whatever is kept of answers. nil makes none.
	Mark func(text string) string

	// Answered returns the exchange that put this question in an earlier
	// attempt, and its body, if it can be read back. It may be called once for
	// each time the question is put, and is nil on a first attempt.
	Answered func(question string) (Exchange, []byte, bool)
}

// A Lead is an entity worth asking about, and how we came to it.
type Lead struct {
	Entity  Entity `json:"entity"`
	Depth   int    `json:"depth"`             // fewest steps from a seed
	Because string `json:"because,omitempty"` // id of the observation that brought us here; empty for a seed

	Clear   Entity `json:"-"` // Entity in clear
	Context bool   `json:"-"` // not the subject's
	Settled bool   `json:"-"` // everything else has settled: Later is no answer any more
}
