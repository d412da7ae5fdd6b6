// Package all is the table of contents: every collector there is. Its
// tests hold what every collector promises: a new one joins them by existing.
package all
