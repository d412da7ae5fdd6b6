package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// An environment is the place of variables: NAME, else the file that NAME_FILE
// names, as Docker and Kubernetes hand secrets out. An empty variable says
// nothing.
type environment struct{ getenv func(string) string }

func (e environment) look(_ context.Context, name string) (texts []string, where string, err error) {
	texts, err = numbered(name, func(n string) ([]string, error) {
		text, file, err := e.one(n)
		if text == "" || err != nil {
			return nil, err
		}
		if where == "" {
			where = "environment"
			if file != "" {
				where = "file " + file
			}
		}
		return []string{text}, nil
	})
	return texts, where, err
}

// one returns the value of a variable and the file that has it, "" if none does.
func (e environment) one(name string) (text, file string, err error) {
	if text = e.getenv(name); text != "" {
		return text, "", nil
	}
	if file = e.getenv(name + "_FILE"); file == "" {
		return "", "", nil
	}
	if text, err = readWord(file); err != nil {
		return "", "", fmt.Errorf("%s_FILE: %s", name, reason(file, err))
	}
	return text, file, nil
}

func (environment) state() State { return State{Name: "environment", There: true} }

func (environment) close() {}

// readWord returns what a private file holds, without the line ends behind it. A
// file that holds nothing is an error.
func readWord(path string) (string, error) {
	b, err := ReadPrivate(path)
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(b), "\r\n")
	if strings.TrimSpace(text) == "" {
		return "", fmt.Errorf("%s is empty: write the value into it", path)
	}
	return text, nil
}

// reason says why a file could not be read. A path under which nothing lies is
// left out: somebody may have put the credential there itself.
func reason(file string, err error) string {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL) {
		return "it names no file that is there: write the path of a file that holds the value, not the value"
	}
	return err.Error()
}
