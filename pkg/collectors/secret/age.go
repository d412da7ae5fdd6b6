package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// AgeFile is the name of the file that age encrypted, in the folder of the
// configuration. OSINT_SECRETS_AGE names another.
const AgeFile = "secrets.age"

// newAgeFile is a file that age encrypted to an identity of ours, armoured or
// not. In it stands what secrets.yaml would hold, or NAME=value lines. It may be
// read by anybody.
func newAgeFile(o Options) *file {
	ids := identities{o.Getenv}
	f := &file{kind: "age file", path: o.Getenv("OSINT_SECRETS_AGE")}
	f.named = f.path != ""
	if !f.named && o.ConfigDir != "" {
		f.path = filepath.Join(o.ConfigDir, AgeFile)
	}
	f.ready = ids.there
	f.read = func(path string) (map[string][]string, error) {
		b, err := readBounded(path, anybody)
		if err != nil {
			return nil, err
		}
		keys, err := ids.read()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		plain, err := decryptAge(b, keys)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		held, err := parseAny(plain)
		if err != nil {
			return nil, fmt.Errorf("%s, decrypted: %w", path, err)
		}
		return held, nil
	}
	return f
}

// decryptAge returns what a file of age holds.
func decryptAge(b []byte, keys []age.Identity) ([]byte, error) {
	var in io.Reader = bytes.NewReader(b)
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(armor.Header)) {
		in = armor.NewReader(bytes.NewReader(bytes.TrimSpace(b)))
	}
	out, err := age.Decrypt(in, keys...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, errors.New("it is encrypted to none of the age identities that were found: set SOPS_AGE_KEY_FILE to the file of the right one")
	case err != nil:
		return nil, errors.New("it is no file of age, or is damaged: encrypt it anew with age -r RECIPIENT")
	}
	plain, err := io.ReadAll(io.LimitReader(out, maxFile+1))
	switch {
	case err != nil:
		return nil, errors.New("it is damaged: what it holds is not what was encrypted")
	case len(plain) > maxFile:
		return nil, errors.New("it holds more than 1 MiB: it is no file of credentials")
	}
	return plain, nil
}
