package social

import "osint/pkg/collectors"

// All returns every collector of profiles, in the order in which the list of
// collectors shows them.
func All() []collectors.Entry {
	return []collectors.Entry{
		gravatar(),
		webFinger(),
		keybase(),
	}
}
