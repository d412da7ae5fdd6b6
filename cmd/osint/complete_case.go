package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/report"
)

// What completing a case may cost: so many cases are opened for their id and
// target, so many bytes of one are read for its exchanges.
const (
	openedCases = 100
	readOfCase  = 4 << 20
)

// caseValues completes a case: by name; by id, once "c-" is typed; and the
// folders here that hold one.
func (c *console) caseValues(_ *cobra.Command, args []string, begun string) (out []string, _ cobra.ShellCompDirective) {
	if strings.Contains(begun, "/") {
		return nil, folders
	}
	add := func(word, dir string) {
		if strings.HasPrefix(word, begun) && plainWord(word) && !slices.Contains(args, word) {
			if len(out) < openedCases {
				if o, err := readOpened(dir); err == nil {
					word += "\t" + report.Safe(title(o.Seeds))
				}
			}
			out = append(out, word)
		}
	}
	cases := c.places(false).cases()
	names := caseNames(cases)
	for _, name := range names {
		add(name, filepath.Join(cases, name))
	}
	for _, name := range caseNames(".") {
		add(name, name)
	}
	if strings.HasPrefix(begun, "c-") {
		for _, name := range names[:min(len(names), openedCases)] {
			if o, err := readOpened(filepath.Join(cases, name)); err == nil {
				add(o.Case, filepath.Join(cases, name))
			}
		}
	}
	return out, noFiles
}

// showValues completes a case, then a section, then an exchange.
func (c *console) showValues(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	switch {
	case len(args) == 0:
		return c.caseValues(cmd, args, begun)
	case len(args) == 1:
		return sectionNames(), noFiles
	case len(args) == 2 && args[1] == "exchange":
		dir, err := c.find(args[0])
		if err != nil {
			return nil, noFiles
		}
		return exchangeValues(dir, begun), noFiles
	}
	return nil, noFiles
}

// exchangeValues completes the id of an exchange near the head of a case. It
// looks for where ids stand in a line, and decodes nothing.
func exchangeValues(dir, begun string) (out []string) {
	f, err := os.Open(filepath.Join(dir, caseFile))
	if err != nil {
		return nil
	}
	defer f.Close()
	form := regexp.MustCompile(`"exchanged":\{"id":"(x[0-9a-f]+)","task":"([^" ]*)[^"]*","source":"([^"]*)","operation":"([^"]*)"`)
	lines := bufio.NewScanner(io.LimitReader(f, readOfCase))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(`"exchanged":{"id":"`+begun)) {
			continue
		}
		if m := form.FindSubmatch(lines.Bytes()); m != nil {
			out = append(out, string(m[1])+"\t"+report.Safe(string(m[2])+" asks "+string(m[3])+": "+string(m[4])))
		}
	}
	return out
}
