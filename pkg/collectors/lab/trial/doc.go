// Package trial puts one collector to one subject in a small world that a test
// writes down, and holds what it said and how it ended against what was wanted.
// Only tests import it.
package trial
