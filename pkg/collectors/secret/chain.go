package secret

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
)

// A Found is a credential and where it was.
type Found struct {
	Name   string  // that it has there: the one asked for, or one of its aliases
	Values []Value // one, or several that take turns
	Place  string  // "environment", "file …", "keyring", "age file …", "SOPS file …", "vault MOUNT/data/PATH"
}

// Options say where a [Chain] looks.
type Options struct {
	Getenv    func(string) string
	ConfigDir string // where secrets.yaml, secrets.age and secrets.sops.yaml lie; "": nowhere

	// Dial reaches Vault; nil is the system's way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// A place is one that may have credentials.
type place interface {
	// look returns the values of a name, none if the place has it not, and how
	// the place is called where it has. An error says that nobody knows.
	look(ctx context.Context, name string) (texts []string, where string, err error)
	// state says what the place is, without asking anybody outside this machine.
	state() State
	// close ends what the place has under way and forgets what it read.
	close()
}

// A Chain looks credentials up. It may be used from several goroutines.
type Chain struct {
	places []place
	once   sync.Once
	closed chan struct{}
}

// Open returns a chain. Nothing is read before it is asked.
func Open(o Options) *Chain {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	return &Chain{closed: make(chan struct{}), places: []place{
		environment{o.Getenv}, newOwnFile(o), newKeyring(o), newAgeFile(o), newSOPSFile(o), newVault(o),
	}}
}

// Lookup returns what the first place has that knows the name, or else one of the
// aliases; nothing, if none does. Where a place could not be read the next is
// asked, and only if none has the name is that an error.
func (c *Chain) Lookup(ctx context.Context, name string, aliases ...string) (Found, error) {
	select {
	case <-c.closed:
		return Found{}, errors.New("look a credential up: the places are closed")
	default:
	}
	var unread faults
	for _, p := range c.places {
		for _, n := range append([]string{name}, aliases...) {
			if !IsName(n) {
				return Found{}, fmt.Errorf("%q is no name of a credential: write capitals, digits and _, such as SHODAN_API_KEY", n)
			}
			texts, where, err := p.look(ctx, n)
			if err != nil {
				unread.add(err)
			} else if len(texts) > 0 {
				return Found{n, values(texts), where}, nil
			}
		}
	}
	return Found{}, unread.err()
}

// Close ends what the chain has under way, and forgets the values.
func (c *Chain) Close() error {
	c.once.Do(func() {
		close(c.closed)
		for _, p := range c.places {
			p.close()
		}
	})
	return nil
}

var nameForm = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)

// IsName reports whether a text has the form of a credential's name. One that has
// not may be a credential, put in the wrong place: it belongs in no error of a file.
func IsName(s string) bool { return len(s) <= 64 && nameForm.MatchString(s) }

// numbered returns the values of NAME, NAME_2, NAME_3 and so on, until one has
// none.
func numbered(name string, get func(name string) ([]string, error)) (texts []string, err error) {
	for n, at := 1, name; ; {
		more, err := get(at)
		if err != nil || len(more) == 0 {
			return texts, err
		}
		texts = append(texts, more...)
		n++
		at = fmt.Sprintf("%s_%d", name, n)
	}
}

// faults are errors, each told once, on one line.
type faults []error

func (f *faults) add(err error) {
	for _, e := range *f {
		if e.Error() == err.Error() {
			return
		}
	}
	*f = append(*f, err)
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

func (f faults) Error() string {
	var said []string
	for _, e := range f {
		said = append(said, e.Error())
	}
	return strings.Join(said, "; ")
}

func (f faults) Unwrap() []error { return f }
