package tui

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// ErrNoTerminal is the error of a question where nobody sits.
var ErrNoTerminal = errors.New("there is no terminal")

// Passphrase asks on a terminal for a secret, and shows nothing of what is typed.
// Whoever ends the program meanwhile gets the terminal back as it was.
func Passphrase(in *os.File, out io.Writer, prompt string) ([]byte, error) {
	if !IsTerminal(in) {
		return nil, ErrNoTerminal
	}
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	ended, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(ended)
	defer close(done)
	go func() {
		select {
		case s := <-ended:
			_ = term.Restore(fd, before)
			fmt.Fprintln(out)
			code := 128 + int(s.(syscall.Signal))
			os.Exit(code)
		case <-done:
		}
	}()
	fmt.Fprint(out, prompt)
	word, err := term.ReadPassword(fd)
	fmt.Fprintln(out)
	return word, err
}
