package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
)

// licenses are the names and texts of the licences of everything that is
// linked into this binary. make licenses writes the file, and a test fails
// when it does not fit the build list.
//
//go:embed licenses.txt.gz
var licenses []byte

// writeLicenses unpacks them.
func writeLicenses(w io.Writer) error {
	r, err := gzip.NewReader(bytes.NewReader(licenses))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}
