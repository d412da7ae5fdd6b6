//go:build osinttest

package main

import (
	"os"
	"time"
)

// With the build tag osinttest, which tests build with and no release does,
// OSINT_TEST_NOW holds the clock of law at that time (RFC 3339). One that is
// no time is a fault of the test.
func init() {
	if text := os.Getenv("OSINT_TEST_NOW"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		lawClock = func() time.Time { return at }
	}
}
