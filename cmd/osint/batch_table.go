package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"strings"

	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
)

// indexCSV writes the rows of an index for a spreadsheet. What one could take
// for a formula is text.
func indexCSV(to io.Writer, x *fleet.Index) error {
	w := csv.NewWriter(to)
	w.Write([]string{"line", "target", "kind", "level", "score", "findings", "new", "gone", "coverage", "outcome", "code", "reason", "case"})
	for i := range x.Rows {
		r := &x.Rows[i]
		c := cells(r)
		line := append([]string{fmt.Sprint(r.Line), c[0], string(r.Kind)}, c[1:]...)
		line = append(line, r.Reason, r.Case)
		for i := range line {
			line[i] = inert(report.Safe(line[i]))
		}
		w.Write(line)
	}
	w.Flush()
	return w.Error()
}

// inert keeps a spreadsheet from reading text as a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

//go:embed batch_index.html
var indexPage string

// indexHTML writes the index as one page that loads nothing. Links lead to
// the reports beside it.
func indexHTML(to io.Writer, x *fleet.Index) error {
	page, err := template.New("index").Funcs(template.FuncMap{
		"safe": report.Safe, "cells": func(r fleet.Row) []string { return cells(&r) },
		"below": func(path string) string { return strings.TrimPrefix(path, x.Run+"/") },
	}).Parse(indexPage)
	if err != nil {
		return err
	}
	return page.Execute(to, x)
}
