package report

import _ "embed"

//go:embed page/report.schema.json
var reportSchema []byte

//go:embed page/case.schema.json
var caseSchema []byte

// Schema returns the JSON Schema (2020-12) of the JSON report. The caller
// must not change it.
func Schema() []byte { return reportSchema }

// CaseSchema returns the JSON Schema (2020-12) of one line of a case file.
// The caller must not change it.
func CaseSchema() []byte { return caseSchema }
