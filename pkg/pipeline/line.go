package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Line returns the event as one JSON line without its newline, encoded once
// and shared by all sinks: the engine's bytes in a run, the file's own on
// replay. The caller must not change it.
func (e *Event) Line() []byte {
	if e.line == nil {
		e.line = encode(e)
	}
	return e.line
}

// ParseEvent reads one line. The event keeps a copy of its bytes.
func ParseEvent(line []byte) (*Event, error) {
	return parseEvent(bytes.Clone(line))
}

// parseEvent is ParseEvent for a line that nobody else will change.
func parseEvent(line []byte) (*Event, error) {
	e := new(Event)
	if err := json.Unmarshal(line, e); err != nil {
		return nil, fmt.Errorf("not an event: %w", err)
	}
	if e.Seq == 0 {
		return nil, fmt.Errorf("not an event: no number")
	}
	e.line = line
	return e, nil
}

// encode is the one place where a line is made. HTML escaping is off: a line
// is read by jq and by people.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // every type that reaches here encodes
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Name returns the event's kind as it stands in the line: "opened".
func (e *Event) Name() string {
	switch {
	case e.Opened != nil:
		return "opened"
	case e.Ruled != nil:
		return "ruled"
	case e.Started != nil:
		return "started"
	case e.Exchanged != nil:
		return "exchanged"
	case e.Observed != nil:
		return "observed"
	case e.Withheld != nil:
		return "withheld"
	case e.Finished != nil:
		return "finished"
	case e.Found != nil:
		return "found"
	case e.Assessed != nil:
		return "assessed"
	case e.Closed != nil:
		return "closed"
	case e.Triaged != nil:
		return "triaged"
	}
	name, _ := e.Act()
	return name
}

// Act returns the name and content of a line that a command appended, or "".
func (e *Event) Act() (string, *Act) {
	for _, a := range []struct {
		name string
		act  *Act
	}{
		{"resumed", e.Resumed}, {"noted", e.Noted}, {"judged", e.Judged}, {"approved", e.Approved},
		{"disputed", e.Disputed}, {"disclosed", e.Disclosed}, {"attested", e.Attested},
		{"erased", e.Erased}, {"imported", e.Imported}, {"reported", e.Reported},
	} {
		if a.act != nil {
			return a.name, a.act
		}
	}
	return "", nil
}
