// Package testdata holds the lab's worlds, embedded by one small file.
package testdata

import "embed"

// Worlds has lab/NAME.txtar for each world; package lab reads them.
//
//go:embed lab/*.txtar
var Worlds embed.FS
