package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: bench startup|run BINARY [ARG...], bench scale|pages|tls|web"))
	}
	var err error
	switch args := os.Args[2:]; os.Args[1] {
	case "scale":
		err = scale()
	case "scale-of":
		err = scaleOf(args[0], number(args[1:]))
	case "pages":
		err = pages()
	case "pages-of":
		err = pagesOf(number(args))
	case "startup":
		err = startup(args[0], args[1:])
	case "run":
		err = labRun(args[0])
	case "tls":
		err = handshakes()
	case "tls-serve":
		err = tlsServe()
	case "tls-meet":
		err = tlsMeet(args[0], args[1])
	case "web":
		err = pageCosts()
	case "web-of":
		err = pageCostsOf(number(args))
	default:
		err = fmt.Errorf("unknown measurement %q", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func number(args []string) int {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		fail(err)
	}
	return n
}

// spread prints the median of figures and their range.
func spread(figures []float64, format string) string {
	slices.Sort(figures)
	return fmt.Sprintf(format+" ("+format+"–"+format+")", figures[len(figures)/2], figures[0], figures[len(figures)-1])
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}
