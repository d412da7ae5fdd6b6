package tui

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// What becomes of a question to which no answer comes.
var (
	ErrNoTerminal = errors.New("there is no terminal")
	ErrNoAnswer   = errors.New("no passphrase was given")
)

// Passphrase asks on a terminal for a secret. Nothing is shown of what is typed,
// nor of what was typed before the question. Ctrl-C and Ctrl-D give up; whoever
// ends the program meanwhile gets the terminal back as it was.
func Passphrase(in *os.File, out io.Writer, prompt string) ([]byte, error) {
	if !IsTerminal(in) {
		return nil, ErrNoTerminal
	}
	fd := int(in.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	defer term.Restore(fd, before)
	ended, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(ended)
	defer close(done)
	go func() {
		select {
		case s := <-ended:
			_ = term.Restore(fd, before)
			os.Exit(128 + int(s.(syscall.Signal)))
		case <-done:
		}
	}()
	word, err := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "").ReadPassword(prompt)
	if errors.Is(err, io.EOF) {
		err = ErrNoAnswer
	}
	return []byte(word), err
}
