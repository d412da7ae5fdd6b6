// Package testdata holds the lab's worlds, embedded by one small file.
package testdata

import "embed"

// Worlds has lab/NAME.txtar for each world, lab/NAME/PART.txtar for what was
// moved out of it, and lab/common/SOURCE.txtar for what a source answers in
// every world; package lab reads them.
//
//go:embed lab/*.txtar lab/*/*.txtar
var Worlds embed.FS
