package main

import (
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// csvFlag lets a command's tables be printed for a spreadsheet.
func (c *console) csvFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.csv, "csv", false, "print the table as CSV, for a spreadsheet")
}

// asCSV writes a table as RFC 4180 has it, but with a newline at the end of a
// line. No cell is cut, and none is a formula to a spreadsheet.
func (c *console) asCSV(t table) error {
	w := csv.NewWriter(c.out)
	if err := w.Write(t.header); err != nil {
		return err
	}
	for _, row := range t.rows {
		out := make([]string, len(row))
		for i, cell := range row {
			out[i] = harmless(cell)
		}
		if err := w.Write(out); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// harmless puts an apostrophe before what a spreadsheet would take for a
// formula. A number stays one.
func harmless(cell string) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	if first := []rune(strings.TrimLeft(cell, " ") + "x")[0]; strings.ContainsRune("=+-@|%\t\r＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}
