package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"osint/pkg/pipeline"
)

// caseKeysName names the credential under which the keys of cases are encrypted.
const caseKeysName = "OSINT_CASE_KEYS_KEY"

// wrapping looks for the key of the key store where credentials lie, until it is
// known that there is one, or none.
func (c *console) wrapping() func() ([]byte, error) {
	var mu sync.Mutex
	var known bool
	var key []byte
	return func() ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		if known {
			return key, nil
		}
		text, err := c.reveal(context.Background(), caseKeysName)
		if err == nil {
			key, err = caseKeysKey(text)
		}
		known = err == nil
		return key, err
	}
}

// caseKeysKey reads the key from its text; nil if there is none.
func caseKeysKey(text string) ([]byte, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, pipeline.ErrWrapKey
	}
	return key, nil
}

// encrypted says whether the keys of cases are encrypted, for osint doctor.
func encrypted(keysDir string) string {
	files, clear, err := pipeline.ClearKeys(keysDir)
	switch {
	case err != nil:
		return "whether they are encrypted can't be told: " + reason(err)
	case !pipeline.Wrapped(keysDir):
		return "in clear"
	case clear > 0:
		return fmt.Sprintf("new ones encrypted under %s, those of %d of %s in clear since before", caseKeysName, clear, count(files, "case"))
	}
	return "encrypted under " + caseKeysName
}
