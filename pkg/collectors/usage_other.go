//go:build !unix

package collectors

import (
	"errors"
	"os"
)

func lockFile(*os.File) error { return errors.New("this system has no file locks that we know") }
