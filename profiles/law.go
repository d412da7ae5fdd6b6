package profiles

import (
	"io/fs"
	"strings"
	"sync"

	"osint/pkg/compliance/law"
)

// Frameworks returns the embedded frameworks of law by their path on the
// shelf: "frameworks/gdpr.yaml".
func Frameworks() map[string][]byte {
	return shelved("frameworks/*.yaml", func(file string) bool { return !isCases(file) })
}

// FrameworkCases returns what the embedded frameworks must decide, by path:
// "frameworks/gdpr.cases.yaml".
func FrameworkCases() map[string][]byte { return shelved("frameworks/*.yaml", isCases) }

// Lists returns the embedded lists that frameworks refer to, by path:
// "lists/eea.yaml".
func Lists() map[string][]byte {
	return shelved("lists/*.yaml", func(string) bool { return true })
}

// Law returns the frameworks and lists of the shelf, ready to decide. They are
// loaded when it is first called, once in a process. Nobody may change the
// book.
func Law() (*law.Book, error) { return shelfLaw() }

var shelfLaw = sync.OnceValues(func() (*law.Book, error) {
	files := Lists()
	for file, text := range Frameworks() {
		files[file] = text
	}
	return law.Load(files)
})

// isCases reports whether a file is named as one that holds cases.
func isCases(file string) bool { return strings.HasSuffix(file, ".cases.yaml") }

func shelved(pattern string, want func(file string) bool) map[string][]byte {
	names, _ := fs.Glob(shelf, pattern)
	files := make(map[string][]byte, len(names))
	for _, f := range names {
		if text, err := shelf.ReadFile(f); err == nil && want(f) {
			files[f] = text
		}
	}
	return files
}
