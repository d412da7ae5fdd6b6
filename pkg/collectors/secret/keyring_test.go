package secret

import (
	"context"
	"errors"
	"net"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	zalando "github.com/zalando/go-keyring"
)

// TestKeyring holds that where there is none, or it fails, it has nothing; and
// that one which does not answer is waited for once, and not for long.
func TestKeyring(t *testing.T) {
	bus := vars{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
	look := func(k *keyring, name string) ([]string, error) {
		texts, _, err := k.look(context.Background(), name)
		return texts, err
	}
	asked := 0
	k := &keyring{getenv: bus.get, get: func(service, user string) (string, error) {
		asked++
		if service != "osint" {
			t.Error(service)
		}
		return map[string]string{"A_KEY": "1", "A_KEY_2": "2"}[user], map[bool]error{true: zalando.ErrNotFound}[!strings.HasPrefix(user, "A_KEY") || user == "A_KEY_3"]
	}}
	if texts, err := look(k, "A_KEY"); err != nil || !reflect.DeepEqual(texts, []string{"1", "2"}) {
		t.Errorf("%v, %v", texts, err)
	}
	for err, none := range map[error]bool{errors.New("The name org.freedesktop.secrets was not provided by any .service files"): true, &net.OpError{Op: "dial", Err: os.ErrNotExist}: true,
		zalando.ErrUnsupportedPlatform: true, errors.New("failed to unlock correct collection 's3cr3t'"): false} {
		asked = 0
		k = &keyring{getenv: bus.get, get: func(string, string) (string, error) { asked++; return "", err }}
		for range 2 {
			if texts, got := look(k, "A_KEY"); (got == nil) != none || len(texts) > 0 || got != nil && (strings.Contains(got.Error(), "s3cr3t") || !strings.Contains(got.Error(), "unlock it")) {
				t.Errorf("%v: %v, %v", err, texts, got)
			}
		}
		if asked != 1 {
			t.Errorf("%v: it was asked %d times", err, asked)
		}
	}
	asked = 0
	hang := make(chan struct{})
	defer close(hang)
	k = &keyring{getenv: bus.get, get: func(string, string) (string, error) { asked++; <-hang; return "late", nil }}
	began := time.Now()
	for range 3 {
		if texts, err := look(k, "A_KEY"); err == nil || !strings.Contains(err.Error(), "the keyring did not answer within 300ms") || len(texts) > 0 {
			t.Errorf("%v, %v", texts, err)
		}
	}
	if took := time.Since(began); took < keyringWait || took > 3*keyringWait {
		t.Errorf("it was waited for %s", took)
	}
	if err := PutInKeyring(context.Background(), vars{}.get, "A_KEY", NewValue("x")); !hasKeyring(vars{}.get) && !errors.Is(err, ErrNoKeyring) {
		t.Error(err)
	}
}

// TestKeyringWrite puts a value in, finds it, and takes it out.
func TestKeyringWrite(t *testing.T) {
	zalando.MockInit()
	bus := vars{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
	ctx := context.Background()
	if err := PutInKeyring(ctx, bus.get, "A_KEY", NewValue("x")); err != nil {
		t.Fatal(err)
	}
	if got, err := Open(Options{Getenv: bus.get}).Lookup(ctx, "A_KEY"); err != nil || reveal(got)[0] != "x" {
		t.Errorf("%v, %v", got, err)
	}
	for _, want := range []bool{true, false} {
		if there, err := CutFromKeyring(ctx, bus.get, "A_KEY"); err != nil || there != want {
			t.Errorf("%v, %v", there, err)
		}
	}
	zalando.MockInitWithError(errors.New("The name org.freedesktop.secrets was not provided"))
	defer zalando.MockInit()
	if err := PutInKeyring(ctx, bus.get, "A_KEY", NewValue("x")); !errors.Is(err, ErrNoKeyring) {
		t.Error(err)
	}
}
