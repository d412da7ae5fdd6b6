package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	zalando "github.com/zalando/go-keyring"
)

// Service is the name under which the keyring has our credentials.
const Service = "osint"

// keyringWait is how long the keyring is waited for: one that is locked asks its
// user, who may not be there.
const keyringWait = 300 * time.Millisecond

// ErrNoKeyring says that this session has no keyring.
var ErrNoKeyring = errors.New("there is no keyring in this session")

// A keyring is the place of the operating system. Where there is none, as under
// cron and in a container, it has nothing. One that was silent once is not asked
// again.
type keyring struct {
	getenv func(string) string
	get    func(service, user string) (string, error)

	mu   sync.Mutex
	gone bool
	err  error
}

func newKeyring(o Options) *keyring { return &keyring{getenv: o.Getenv, get: zalando.Get} }

func (k *keyring) look(ctx context.Context, name string) ([]string, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	texts, err := numbered(name, func(n string) ([]string, error) {
		text, err := k.one(ctx, n)
		if text == "" {
			return nil, err
		}
		return []string{text}, err
	})
	return texts, "keyring", err
}

func (k *keyring) one(ctx context.Context, name string) (string, error) {
	if k.gone || k.err != nil || !hasKeyring(k.getenv) {
		return "", k.err
	}
	text, err := patiently(ctx, keyringWait, func() (string, error) { return k.get(Service, name) })
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		k.err = fmt.Errorf("the keyring did not answer within %s: unlock it, or write the value with osint keys set %s", keyringWait, name)
		return "", k.err
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, zalando.ErrNotFound):
		return "", nil
	case nobodyServes(err):
		k.gone = true
		return "", nil
	case err != nil: // what it says may come from anywhere
		k.err = errors.New("the keyring can't be read: unlock it, and look whether its prompt was dismissed")
		return "", k.err
	}
	return text, nil
}

// nobodyServes reports whether an error of the keyring says that there is none:
// the bus is not there, or nobody on it has one.
func nobodyServes(err error) bool {
	var unreached net.Error
	return errors.As(err, &unreached) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, zalando.ErrUnsupportedPlatform) ||
		err != nil && strings.Contains(err.Error(), "org.freedesktop.secrets was not provided")
}

// patiently returns what do returns, unless that takes too long; do then goes on
// by itself.
func patiently(ctx context.Context, most time.Duration, do func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	type answer struct {
		text string
		err  error
	}
	came := make(chan answer, 1)
	go func() {
		text, err := do()
		came <- answer{text, err}
	}()
	select {
	case a := <-came:
		return a.text, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// hasKeyring reports whether a keyring can be there. Where the desktop's is
// reached by a bus, nobody is asked to start one.
func hasKeyring(getenv func(string) string) bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	if getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	session := filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	_, err := os.Stat(filepath.Join(session, "bus"))
	return err == nil && getenv("XDG_RUNTIME_DIR") == session
}

func (k *keyring) state() State { return State{Name: "keyring", There: hasKeyring(k.getenv)} }

func (k *keyring) close() {}
