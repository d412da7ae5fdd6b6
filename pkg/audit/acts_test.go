package audit

import (
	"encoding/json"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// TestApprovedLeaf holds that a ledger tells who approved what without the case,
// and not why: a reason may name somebody, and a leaf stays.
func TestApprovedLeaf(t *testing.T) {
	data := `{"statement":{"approver":"a.meyer","collectors":["gravatar"],"expires":"2026-12-26T10:00:00Z","reason":"Jane Doe agreed","rules":["gdpr-35-dpia"],` +
		`"subjects":["email:sealed:aa:bb"],"unknown":["target.minor"]},"signature":"s","key":"SHA256:k","entered_by":"uid:7"}`
	e := &pipeline.Event{Seq: 7, Approved: &pipeline.Act{By: "a.meyer", What: "gdpr-35-dpia", Data: json.RawMessage(data)}}
	tale := newTale()
	acts, err := tale.acts(e)
	if err != nil || len(acts) != 1 || acts[0].Type != CaseAct || acts[0].Actor != "a.meyer" {
		t.Fatalf("%+v, %v", acts, err)
	}
	body, err := appendBody(nil, acts[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	// printf '%s\n' '{"approver":…}' | sha256sum
	for _, want := range []string{`"approver":"a.meyer"`, `"key":"SHA256:k"`, `"rules":["gdpr-35-dpia"]`, `"collectors":["gravatar"]`, `"subjects":["email:sealed:aa:bb"]`,
		`"unknown":["target.minor"]`, `"expires":"2026-12-26T10:00:00Z"`, `"entered_by":"uid:7"`, `"line":7`, `"statement_sha256":"41f58ce5a69a572b60a440d292c6fa519c6dfd4efd961e59cb6506715520888d"`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(string(body), "Jane") {
		t.Errorf("the reason is in the ledger: %s", body)
	}
	e.Approved.Data = nil
	if acts, err := tale.acts(e); err != nil || acts[0].Body["what"] != "gdpr-35-dpia" {
		t.Errorf("a line that holds no statement: %+v, %v", acts, err)
	}
}
