package main

import "time"

// lawClock is the clock of what law counts: staleness, retention, deadlines.
// It is time.Now in every build but a test's, where OSINT_TEST_NOW may hold
// it: see clock_test_build.go.
var lawClock = time.Now

// today returns the time by which law counts, in UTC. What is measured, paced
// or written down as having happened is time.Now's.
func (c *console) today() time.Time { return lawClock().UTC() }
