package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	zalando "github.com/zalando/go-keyring"
)

// writeWait is how long a user may take to unlock the keyring.
const writeWait = 30 * time.Second

// PutInKeyring keeps a value in the keyring under a name. [ErrNoKeyring] is the
// error where there is none.
func PutInKeyring(ctx context.Context, getenv func(string) string, name string, v Value) error {
	return writeKeyring(ctx, getenv, func() error { return zalando.Set(Service, name, v.Reveal()) })
}

// CutFromKeyring takes a name out of the keyring and reports whether it was there.
func CutFromKeyring(ctx context.Context, getenv func(string) string, name string) (there bool, err error) {
	err = writeKeyring(ctx, getenv, func() error { return zalando.Delete(Service, name) })
	if errors.Is(err, zalando.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func writeKeyring(ctx context.Context, getenv func(string) string, do func() error) error {
	if !hasKeyring(getenv) {
		return ErrNoKeyring
	}
	_, err := patiently(ctx, writeWait, func() (string, error) { return "", do() })
	switch {
	case err == nil, errors.Is(err, zalando.ErrNotFound):
		return err
	case errors.Is(err, zalando.ErrSetDataTooBig):
		return errors.New("the value is too long for the keyring: keep it in the file, without --keyring")
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the keyring did not answer within %s: unlock it and try again", writeWait)
	}
	if nobodyServes(err) {
		return ErrNoKeyring
	}
	return errors.New("the keyring can't be written: unlock it, and look whether its prompt was dismissed")
}
