package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"osint/pkg/pipeline"
)

// lawful says what a case rests on in law: documents by version and digest,
// and of the mandate, whose people are tokens, the digest alone. nil where no
// law was asked.
func lawful(e *pipeline.Event) Body {
	l := e.Opened.Law
	if l == nil {
		return nil
	}
	b := texts(l)
	b["mandate_sha256"] = mandated(e)
	if l.RetentionDays > 0 { // 0 is that none was said
		b["retention_days"] = l.RetentionDays
	}
	return b
}

// resumed says that a case goes on, and by which documents, where they are
// others than those that it was opened under.
func resumed(a *pipeline.Act) Body {
	var d struct{ Law *pipeline.LawRef }
	_ = json.Unmarshal(a.Data, &d) // what is not there is not said
	b := Body{"act": "resumed", "what": a.What}
	if d.Law != nil {
		b["law"] = texts(d.Law)
	}
	return b
}

// texts names the documents that rulings rest on.
func texts(l *pipeline.LawRef) Body {
	b := Body{"frameworks": documents(l.Frameworks), "lists": documents(l.Lists)}
	if l.Organisation != nil {
		b["organisation"] = document(*l.Organisation)
	}
	return b
}

func document(d pipeline.DocumentRef) Body {
	return Body{"id": d.ID, "version": d.Version, "sha256": d.SHA256, "review_by": d.ReviewBy}
}

func documents(ds []pipeline.DocumentRef) (list []Body) {
	for _, d := range ds {
		list = append(list, document(d))
	}
	return list
}

// mandated is the digest of the mandate's bytes as they stand in the case's
// line; "" if it has none.
func mandated(e *pipeline.Event) string {
	var line struct {
		Opened struct {
			Law struct{ Mandate json.RawMessage }
		}
	}
	if json.Unmarshal(e.Line(), &line) != nil || len(line.Opened.Law.Mandate) == 0 {
		return "" // what is not there is not said
	}
	sum := sha256.Sum256(line.Opened.Law.Mandate)
	return hex.EncodeToString(sum[:])
}

// byLaw says what the frameworks of law said of one question, and on which
// facts. Remedies are in the case. nil where no law was asked.
func byLaw(l *pipeline.ByLaw) Body {
	if l == nil {
		return nil
	}
	var fired []Body
	for _, f := range l.Fired {
		fired = append(fired, Body{"framework": f.Framework, "rule": f.Rule, "outcome": string(f.Outcome), "unknown": f.Unknown, "redact": f.Redact, "waived": f.Waived})
	}
	return Body{"applied": l.Applied, "fired": fired,
		"target": Body{"kind": l.Target.Kind, "jurisdictions": l.Target.Jurisdictions, "minor": l.Target.Minor}}
}
