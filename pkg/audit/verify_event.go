package audit

import (
	"errors"
	"hash/maphash"
	"strings"
	"sync"

	"osint/pkg/pipeline"
)

// An event is what a leaf says that others must bear out, in little space. Case
// and ruling are digests under a key of this run.
type event struct {
	kind uint8
	name uint32 // the collector, or the list of those allowed
	seq  int64
	of   uint64 // the case; for rulings and starts, the ruling
	a, b uint64
	row  uint64 // of the segment table
}

const (
	rulingEvent uint8 = iota
	startEvent
	segmentEvent
	attestEvent
	rollbackEvent
	keyEvent
	setBackEvent
)

// event reads the body of a leaf that others depend on, or that depends on
// others.
func (w *worker) event(c *chunk, p *parts) (err error) {
	e := event{seq: p.seq, of: w.digest(p.id)}
	switch string(p.kind) {
	case string(CaseRuling):
		e.kind = rulingEvent
		err = w.ruling(&e, p)
	case string(TaskStart):
		e.kind = startEvent
		err = w.start(&e, p)
	case string(Segment):
		e.kind = segmentEvent
		if err = fields(p.body, numbers(map[string]*uint64{"first": &e.a, "last": &e.b})); err == nil {
			e.row = w.digest(p.id, number(uint64(p.seq)))
		}
	case string(Attest):
		e.kind = attestEvent
		err = fields(p.body, numbers(map[string]*uint64{"lines": &e.a}))
	case string(Rollback):
		e.kind = rollbackEvent
		err = fields(p.body, numbers(map[string]*uint64{"had": &e.a, "found": &e.b}))
		e.row = w.digest(p.id, number(uint64(p.seq)))
		if len(p.id) == 0 {
			e.of = 0
		}
	case string(Genesis), string(KeyRotate), string(KeyRevoke):
		e.kind = keyEvent
	default:
		return nil
	}
	c.events = append(c.events, e)
	return err
}

// ruling reads which collectors a ruling allows to ask about what.
func (w *worker) ruling(e *event, p *parts) error {
	var line uint64
	var kind, subject []byte
	w.list = w.list[:0]
	err := fields(p.body, func(s *scanner, key []byte) (err error) {
		switch string(key) {
		case "line":
			line, err = count(s)
		case "kind":
			kind, err = s.text()
		case "subject":
			subject, err = s.text()
		case "groups":
			return s.items(func() error { return w.group(s) })
		default:
			return s.value()
		}
		return err
	})
	e.of = w.digest(p.id, number(line), kind, subject)
	e.name = w.names.number(w.list)
	return err
}

// group reads one group of a ruling: collectors, and what was said of them.
func (w *worker) group(s *scanner) error {
	before := len(w.list)
	allowed := false
	err := s.object(func(key []byte) error {
		switch string(key) {
		case "collectors":
			return s.items(func() error {
				name, err := s.text()
				w.list = append(append(w.list, name...), 0)
				return err
			})
		case "verdict":
			verdict, err := s.text()
			allowed = string(verdict) == string(pipeline.Allow) || string(verdict) == string(pipeline.Redact)
			return err
		}
		return s.value()
	})
	if !allowed {
		w.list = w.list[:before]
	}
	return err
}

// start reads which ruling a task stands on.
func (w *worker) start(e *event, p *parts) error {
	var line uint64
	var collector, kind, subject []byte
	err := fields(p.body, func(s *scanner, key []byte) (err error) {
		switch string(key) {
		case "decision":
			line, err = count(s)
		case "collector":
			collector, err = s.text()
		case "kind":
			kind, err = s.text()
		case "subject":
			subject, err = s.text()
		default:
			return s.value()
		}
		return err
	})
	e.of = w.digest(p.id, number(line), kind, subject)
	w.list = append(append(w.list[:0], collector...), 0)
	e.name = w.names.number(w.list)
	return err
}

// fields walks a body.
func fields(body []byte, field func(s *scanner, key []byte) error) error {
	s := scanner{b: body}
	return s.object(func(key []byte) error { return field(&s, key) })
}

// numbers reads the numbers that a body must have, and passes the rest.
func numbers(to map[string]*uint64) func(*scanner, []byte) error {
	return func(s *scanner, key []byte) (err error) {
		n := to[string(key)]
		if n == nil {
			return s.value()
		}
		*n, err = count(s)
		return err
	}
}

func count(s *scanner) (uint64, error) {
	n, err := s.number()
	if err == nil && n < 0 {
		err = errors.New("a number below 0")
	}
	return uint64(n), err
}

func number(n uint64) []byte {
	return []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), byte(n >> 32), byte(n >> 40), byte(n >> 48), byte(n >> 56)}
}

// digest returns a digest of values, each of which ends where none of its bytes
// can: canonical strings hold no byte below a space.
func (w *worker) digest(values ...[]byte) uint64 {
	w.text = w.text[:0]
	for _, v := range values {
		w.text = append(append(w.text, v...), 0)
	}
	return maphash.Bytes(w.seed, w.text)
}

// names gives a number to each text: there are few lists of collectors, and many
// rulings.
type names struct {
	mu    sync.Mutex
	known map[string]uint32
	texts []string
}

func (n *names) number(text []byte) uint32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	i, ok := n.known[string(text)]
	if !ok {
		i = uint32(len(n.texts))
		n.texts = append(n.texts, string(text))
		n.known[string(text)] = i
	}
	return i
}

// has reports whether a list holds a name.
func (n *names) has(list, name uint32) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	text, one := n.texts[list], n.texts[name]
	i := strings.Index(text, one)
	for i > 0 && text[i-1] != 0 {
		j := strings.Index(text[i+1:], one)
		if j < 0 {
			return false
		}
		i += 1 + j
	}
	return i >= 0
}
