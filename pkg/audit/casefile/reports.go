package casefile

import (
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// An issue is one file of one Reported line.
type issue struct {
	line   uint64 // where it stands
	lines  uint64 // that the report renders
	sha256 string
}

// reported notes which files a Reported line names.
func (r *reader) reported(e *pipeline.Event) {
	var d struct {
		Lines uint64
		Files []struct{ Name, SHA256 string }
	}
	if json.Unmarshal(e.Reported.Data, &d) != nil {
		return // it names none
	}
	for _, f := range d.Files {
		name := path.Clean(f.Name)
		r.issued[name] = append(r.issued[name], issue{e.Seq, d.Lines, f.SHA256})
	}
}

// file holds a file that is no evidence against the newest line that names it.
func (r *reader) file(name string) {
	issues := r.issued[name]
	got := Report{Name: name}
	defer func() { r.Reports = append(r.Reports, got) }()
	if len(issues) == 0 {
		r.fault(audit.Warned, "report", "%s: no line says that it was made", name)
		r.saying(name, nil)
		return
	}
	sum, err := r.digestOf(name)
	if err != nil {
		code := audit.Incomplete
		if errors.Is(err, errNoFile) {
			code = audit.Tampered
		}
		r.fault(code, "report", "%s: %v", name, err)
		return
	}
	newest := issues[len(issues)-1]
	got.Line, got.OK = newest.line, sum == newest.sha256
	switch older := slices.IndexFunc(issues, func(i issue) bool { return i.sha256 == sum }); {
	case got.OK:
		r.saying(name, &newest)
	case older >= 0:
		r.fault(audit.Warned, "report", "%s is the report of line %d, which line %d replaced", name, issues[older].line, newest.line)
	default:
		r.fault(audit.Tampered, "report", "%s is not the report that line %d issued: its digest is %s", name, newest.line, sum)
	}
}

// saying holds what a report says that it was made from against the case. made
// is the line that issued it; nil if there is none.
func (r *reader) saying(name string, made *issue) {
	says, err := r.readPrinted(name)
	if errors.Is(err, ErrNoReport) || strings.HasPrefix(path.Base(name), "paper-") {
		return // another format, or a paper: it says nothing
	}
	switch {
	case err != nil && made != nil:
		r.fault(audit.Tampered, "report", "%s: %v", name, err)
		return
	case err != nil:
		return // nobody said that it is a report
	case says.Case != "" && says.Case != r.Case:
		r.fault(audit.Tampered, "report", "%s says that it is of case %s", name, says.Case)
		return
	case says.Case != "" && made != nil && says.Lines != made.lines:
		r.fault(audit.Tampered, "report", "%s says that it renders %d lines, line %d that it renders %d", name, says.Lines, made.line, made.lines)
		return
	}
	at := slices.IndexFunc(r.Proofs, func(p Proof) bool { return p.checkpoint == says.Checkpoint })
	switch {
	case says.Checkpoint == "" || at >= 0:
	case r.attestations == 0:
		r.fault(audit.Incomplete, "report", "%s prints a checkpoint, and the case has none: its proofs were taken out", name)
		return
	default:
		r.fault(audit.Tampered, "report", "%s prints a checkpoint that this case does not have", name)
		return
	}
	if made == nil {
		return
	}
	due := slices.IndexFunc(r.Proofs, func(p Proof) bool { return p.Lines >= made.lines && p.Line < made.line })
	switch {
	case due < 0 || due == at:
	case at < 0:
		r.fault(audit.Warned, "report", "%s prints no checkpoint, though its lines were attested", name)
	default:
		r.fault(audit.Tampered, "report", "%s prints the checkpoint of line %d, and not that of line %d", name, r.Proofs[at].Line, r.Proofs[due].Line)
	}
}

// readPrinted reads what a report in the folder says that it was made from.
func (r *reader) readPrinted(name string) (printed, error) {
	f, err := plainFile(r.root.Lstat, r.root.Open, name)
	if err != nil {
		return printed{}, err
	}
	defer f.Close()
	return readPrinted(f, name)
}

// judgeReports tells of reports that lines name and the folder lacks.
func (r *reader) judgeReports() {
	for _, name := range sorted(r.issued) {
		there := slices.ContainsFunc(r.Reports, func(c Report) bool { return c.Name == name })
		if there || !strings.Contains(name, "/") || strings.HasPrefix(name, "/") { // it went elsewhere
			continue
		}
		made := r.issued[name]
		if r.erasedReport(name, made[len(made)-1].line) {
			continue
		}
		again := "osint report makes"
		if strings.HasPrefix(path.Base(name), "paper-") {
			again = "osint compliance paper makes"
		}
		r.fault(audit.Warned, "report", "%s is not there; line %d issued it: %s it again", name, made[len(made)-1].line, again)
	}
}

// erasedReport reports whether a line that is attested says that a report was
// erased after it was issued.
func (r *reader) erasedReport(name string, issued uint64) bool {
	return slices.ContainsFunc(r.erasures, func(x erasing) bool {
		return x.line > issued && x.line <= r.Attested && slices.Contains(x.reports, name)
	})
}
