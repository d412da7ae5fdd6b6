// Package still keeps a library from writing to the terminal before main.
//
// Bubble Tea asks the terminal for its background colour when it is
// initialised: every `osint version` on a terminal would send escape
// sequences, NO_COLOR or not, and wait up to five seconds for an answer. It
// does not ask a terminal of TERM=dumb. Packages are initialised in the order
// of their import paths as soon as what they import is (Go specification,
// "Program initialization"); this one imports os alone, so it comes before
// strings, and before whatever needs strings. Nobody else may import more
// here. The tui package puts TERM back.
package still

import "os"

var term, set = os.LookupEnv("TERM")

func init() { _ = os.Setenv("TERM", "dumb") }

// Restore puts TERM back as it was.
func Restore() {
	if set {
		_ = os.Setenv("TERM", term)
	} else {
		_ = os.Unsetenv("TERM")
	}
}
