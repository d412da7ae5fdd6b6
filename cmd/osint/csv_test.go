package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCSV holds that no cell is a formula to a spreadsheet, that numbers stay
// numbers, and that what is written is read back.
func TestCSV(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "a": "a", "-1.5": "-1.5", "+3": "+3", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "-2+cmd|' /C calc'!A0": "'-2+cmd|' /C calc'!A0",
		" =1": "' =1", "＝1": "'＝1", "a=1": "a=1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.String(), 2, 2), 1, 5).Draw(t, "rows")
		var b bytes.Buffer
		c := &console{csv: true, out: bufio.NewWriter(&b)}
		in := table{header: []string{"a", "b"}}
		for _, r := range rows {
			in.add(r[0], r[1])
		}
		if err := c.table(in); err != nil {
			t.Fatal(err)
		}
		c.out.Flush()
		back, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(back) != len(rows)+1 {
			t.Fatalf("%v: %q", err, back)
		}
		for i, r := range back[1:] {
			for j, cell := range r {
				if cell != harmless(in.rows[i][j]) || strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") {
					t.Fatalf("%q became %q", in.rows[i][j], cell)
				}
			}
		}
	})
}
