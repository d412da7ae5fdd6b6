package audit

import "encoding/json"

// A Type says what an act is. The set is closed; docs/record.md says what the
// body of each holds.
type Type string

// The types.
const (
	Genesis    Type = "genesis"     // the first leaf: whose ledger, with which key
	KeyRotate  Type = "key.rotate"  // from here on another key signs
	KeyRevoke  Type = "key.revoke"  // a key's checkpoints above a size don't count
	Heartbeat  Type = "heartbeat"   // the record is alive: one a day, so that silence shows
	CaseOpen   Type = "case.open"   // who asks what, why, under which profile
	CaseRuling Type = "case.ruling" // what the gate said of one lead
	TaskStart  Type = "task.start"  // durable before the task begins
	TaskFinish Type = "task.finish" // how it ended, and what it cost
	KeyUse     Type = "key.use"     // a credential was used
	Finding    Type = "finding"     //
	Risk       Type = "risk"        // the score
	CaseClose  Type = "case.close"  // the collection ended
	CaseAct    Type = "case.act"    // somebody noted, judged, approved, triaged, resumed
	Disclosure Type = "disclosure"  // case data was handed out
	Erasure    Type = "erasure"     // keys and ciphertext were destroyed
	Report     Type = "report"      // which files were rendered, with their digests
	Segment    Type = "segment"     // digest of the case lines since the last one
	Attest     Type = "attest"      // digest of the case file so far
	Rollback   Type = "rollback"    // the operator accepted a case or a ledger that lacks what was recorded
	CaseRemove Type = "case.remove" // the case was removed from this machine
	Metric     Type = "metric"      // what a run used
	Config     Type = "config"      // a change of configuration
	Incident   Type = "incident"    // a personal data incident was entered, changed, told of or closed
	Ship       Type = "ship"        // entries were copied elsewhere
)

// Types returns every type, in the order of the constants.
func Types() []Type {
	return []Type{Genesis, KeyRotate, KeyRevoke, Heartbeat, CaseOpen, CaseRuling, TaskStart, TaskFinish, KeyUse, Finding, Risk, CaseClose,
		CaseAct, Disclosure, Erasure, Report, Segment, Attest, Rollback, CaseRemove, Metric, Config, Incident, Ship}
}

// plain returns a string of canonical JSON, given without its quotes, as it
// reads.
func plain(inner []byte) string {
	for _, c := range inner {
		if c == '\\' {
			var s string
			if json.Unmarshal(append(append([]byte{'"'}, inner...), '"'), &s) == nil {
				return s
			}
			break
		}
	}
	return string(inner)
}
