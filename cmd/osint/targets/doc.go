// Package targets reads a list of targets, with the settings that each brings
// along: plain lines, CSV with a header, or JSON lines.
//
// It knows no flag and no entity by itself: the caller says which columns are
// settings, and judges what stands in them. Every error begins with the file
// and the line.
package targets
