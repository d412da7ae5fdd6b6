package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: bench startup|run BINARY [ARG...]"))
	}
	var err error
	switch os.Args[1] {
	case "startup":
		err = startup(os.Args[2], os.Args[3:])
	case "run":
		err = labRun(os.Args[2])
	default:
		err = fmt.Errorf("unknown measurement %q", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}
