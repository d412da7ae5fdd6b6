package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// said tells in one line what a leaf says. Its texts may come from outside.
func said(l audit.Leaf) string {
	if say := sayings[l.Type]; say != nil {
		return say(&l)
	}
	return string(l.Body) // of a type that is newer than this program
}

// sayings has how each type is told.
var sayings = map[audit.Type]func(l *audit.Leaf) string{
	audit.Genesis: func(l *audit.Leaf) string {
		text := "the ledger begins, signed by " + audit.Fingerprint(l.Text("key"))
		var b struct{ Previous struct{ Ledger string } }
		if json.Unmarshal(l.Body, &b) == nil && b.Previous.Ledger != "" {
			text += "; it goes on from ledger " + b.Previous.Ledger
		}
		return text
	},
	audit.KeyRotate: func(l *audit.Leaf) string {
		return because("signed from here on by "+audit.Fingerprint(l.Text("new")), l.Text("reason"))
	},
	audit.KeyRevoke: func(l *audit.Leaf) string {
		return because(fmt.Sprintf("%s does not count above %s", audit.Fingerprint(l.Text("key")), entries(l.Int("size"))), l.Text("reason"))
	},
	audit.Heartbeat:  func(l *audit.Leaf) string { return "the record is alive, by " + l.Text("tool") },
	audit.CaseOpen:   saidOpened,
	audit.CaseRuling: saidRuled,
	audit.TaskStart: func(l *audit.Leaf) string {
		text := l.Text("collector") + " asks about " + aboutWhom(l)
		if n := l.Int("attempt"); n > 1 {
			text += fmt.Sprintf(", attempt %d", n)
		}
		return text
	},
	audit.TaskFinish: saidFinished,
	audit.KeyUse: func(l *audit.Leaf) string {
		return fmt.Sprintf("%s showed %s the credential %s", l.Text("collector"), l.Text("source"), l.Text("credential"))
	},
	audit.Finding: func(l *audit.Leaf) string {
		return fmt.Sprintf("%s %s: %s (%s)", l.Text("severity"), l.Text("rule"), l.Text("title"), aboutWhom(l))
	},
	audit.Risk: func(l *audit.Leaf) string {
		text := fmt.Sprintf("score %.1f of 100: %s", float64(l.Int("score_centi"))/100, l.Text("level"))
		return text + fmt.Sprintf("; %d %% of the weighted checks ran", (l.Int("coverage_permille")+5)/10)
	},
	audit.CaseClose: saidClosed,
	audit.CaseAct:   func(l *audit.Leaf) string { return because(l.Text("act"), l.Text("what")) },
	audit.Disclosure: func(l *audit.Leaf) string {
		text := "case data was handed out"
		if to := l.Text("audience"); to != "" {
			text += " (" + to + ")"
		}
		if clear := names(l, "clear", ""); len(clear) > 0 {
			text += ", in clear " + strings.Join(clear, ", ")
		}
		return because(text, l.Text("what"))
	},
	audit.Erasure: func(l *audit.Leaf) string {
		text := count(len(names(l, "kids", "")), "key") + " and " + count(len(names(l, "digests", "")), "text") + " destroyed"
		if cases := names(l, "cases", ""); len(cases) > 0 {
			text = "asked for, and done in " + few(cases)
		}
		return because(text, strings.Join(slices.DeleteFunc([]string{l.Text("what"), l.Text("reason")}, func(s string) bool { return s == "" }), ", "))
	},
	audit.Report: func(l *audit.Leaf) string {
		return fmt.Sprintf("rendered up to line %d: %s", l.Int("lines"), few(names(l, "files", "name")))
	},
	audit.Segment: func(l *audit.Leaf) string {
		return fmt.Sprintf("lines %d to %d of the case", l.Int("first"), l.Int("last"))
	},
	audit.Attest: func(l *audit.Leaf) string {
		return fmt.Sprintf("the case up to line %d, for its proof", l.Int("lines"))
	},
	audit.Rollback: func(l *audit.Leaf) string {
		return because(fmt.Sprintf("accepted what had %d and has %d", l.Int("had"), l.Int("found")), l.Text("why"))
	},
	audit.CaseRemove: func(l *audit.Leaf) string { return because("the case was removed", l.Text("reason")) },
	audit.Metric:     func(l *audit.Leaf) string { return "measured " + few(names(l, "samples", "name")) },
	audit.Config: func(l *audit.Leaf) string {
		text := l.Text("operation") + " " + l.Text("path")
		if v := l.Text("new"); v != "" {
			text += " to " + v
		}
		return because(text, l.Text("reason"))
	},
	audit.Incident: func(l *audit.Leaf) string {
		return fmt.Sprintf("incident %s %s, version %d", l.Text("incident"), l.Text("act"), l.Int("version"))
	},
	audit.Ship: func(l *audit.Leaf) string {
		return entries(l.Int("size")) + " shipped to " + l.Text("dest")
	},
}

func saidOpened(l *audit.Leaf) string {
	text := aboutWhom(l)
	if n := l.Int("targets"); n > 1 {
		text += fmt.Sprintf(" and %d more", n-1)
	}
	text += ", profile " + l.Text("profile") + ", " + l.Text("tlp")
	var b struct {
		Law struct{ Frameworks []struct{ ID string } }
	}
	_ = json.Unmarshal(l.Body, &b) // what can't be read is not told
	var frameworks []string
	for _, f := range b.Law.Frameworks {
		frameworks = append(frameworks, f.ID)
	}
	if len(frameworks) > 0 {
		text += ", by " + few(frameworks)
	}
	if lab := l.Text("lab"); lab != "" {
		text += ", in the lab's world " + lab
	}
	return because(text, l.Text("purpose"))
}

// saidRuled counts the collectors under each verdict, and names the rules that
// are behind those that let not all be asked, those of law that somebody waived,
// and who.
func saidRuled(l *audit.Leaf) string {
	var b struct {
		Groups []struct {
			Verdict, Rule string
			Collectors    []string
			Law           struct {
				Fired []struct{ Rule, Waived string }
			}
		}
	}
	_ = json.Unmarshal(l.Body, &b) // what can't be read is not told
	var parts, waived []string
	for _, v := range []pipeline.Verdict{pipeline.Allow, pipeline.Redact, pipeline.ReviewIt, pipeline.Deny} {
		n, rules := 0, []string(nil)
		for _, g := range b.Groups {
			if g.Verdict == string(v) {
				n += len(g.Collectors)
				rules = union(rules, []string{g.Rule})
			}
		}
		if rules == nil {
			continue
		}
		part := string(v)
		if n > 0 { // a kind that no collector takes has none
			part += fmt.Sprintf(" %d", n)
		}
		if v != pipeline.Allow {
			part += " (" + strings.Join(rules, ", ") + ")"
		}
		parts = append(parts, part)
	}
	for _, g := range b.Groups {
		for _, f := range g.Law.Fired {
			if f.Waived != "" {
				waived = union(waived, []string{f.Rule + " waived by " + f.Waived})
			}
		}
	}
	parts = append(parts, waived...)
	if skip := l.Text("skip"); skip != "" {
		parts = append(parts, "nobody asked: "+skip)
	}
	return aboutWhom(l) + ": " + strings.Join(parts, ", ")
}

func saidFinished(l *audit.Leaf) string {
	outcome := pipeline.Outcome(l.Text("outcome"))
	text := fmt.Sprintf("%s asked about %s: %s", l.Text("collector"), aboutWhom(l), because(string(outcome), l.Text("reason")))
	if !outcome.Asked() && l.Int("exchanges") == 0 {
		return strings.Replace(text, " asked about ", " did not ask about ", 1)
	}
	return text + fmt.Sprintf(", %s, %s", count(l.Int("observations"), "observation"), seconds(l.Int("elapsed_ms")))
}

func saidClosed(l *audit.Leaf) string {
	text := fmt.Sprintf("%s: %s in %s", l.Text("outcome"), count(l.Int("observations"), "observation"), count(l.Int("exchanges"), "exchange"))
	text += ", " + count(l.Int("findings"), "finding")
	if n := l.Int("failed"); n > 0 {
		text += fmt.Sprintf(", %s without an answer", count(n, "task"))
	}
	return text + ", " + seconds(l.Int("elapsed_ms"))
}

// aboutWhom is an act's subject as a line shows it.
func aboutWhom(l *audit.Leaf) string {
	if l.Subject() == "" {
		return "nobody"
	}
	return shown(pipeline.Entity{Kind: pipeline.Kind(l.Text("kind")), Value: l.Subject()})
}

func because(text, why string) string {
	if why == "" {
		return text
	}
	return text + ": " + why
}

func seconds(ms int64) string { return fmt.Sprintf("%.1f s", float64(ms)/1000) }

// names returns a list of the body: of strings, or of what each element has at
// a key.
func names(l *audit.Leaf, list, key string) (out []string) {
	var body map[string]json.RawMessage
	_ = json.Unmarshal(l.Body, &body)
	if key == "" {
		_ = json.Unmarshal(body[list], &out)
		return out
	}
	var elements []map[string]any
	_ = json.Unmarshal(body[list], &elements)
	for _, e := range elements {
		if name, ok := e[key].(string); ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// few joins the first of some names.
func few(list []string) string {
	const most = 4
	if n := len(list) - most; n > 0 {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(list, ", ")
}
