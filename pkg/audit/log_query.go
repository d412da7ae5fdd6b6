package audit

import (
	"fmt"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// A Query says which entries are wanted: those of which all that it says is
// true. What is zero says nothing. It is put to a view log, which has, of each
// entry:
//
//	received   what orders the entries of all ledgers: when it was received where
//	           several are, the number where one is
//	ledger     uuid, text
//	seq        number
//	time       when it was recorded
//	session, actor, type, case_id
//	           what the leaf says itself
//	subject    of the body; of an opened case, its first target
//	collector, source
//	           of the body
//	outcome    of the body; of a ruling, its verdicts with commas between
//	leaf       its bytes
//
// A ledger's entries have their own order, whatever its clock said; those of
// several ledgers, that in which they were received.
type Query struct {
	Ledger   string
	Case     string // id
	Types    []Type // any of them
	Actor    string
	Since    time.Time
	Until    time.Time // itself not part
	Subjects []string  // any of them: the spellings of one
	Source   string    // a source, or a collector
	Outcomes []string  // any of them; verdicts too
	Failed   bool      // tasks that asked and got no answer, and cases that did not end as planned

	Limit       int  // so many of the newest; 0 is all
	NewestFirst bool // otherwise they come last
}

// Complete is the outcome of a case whose collection was not cut.
const Complete = "complete"

// logTime is how a moment is written where it is compared as text.
const logTime = "2006-01-02T15:04:05.000Z"

// text returns the query in the SQL that SQLite and PostgreSQL share.
func (q *Query) text(descending bool) (string, []any) {
	var terms []string
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	is := func(column, value string) {
		if value != "" {
			terms = append(terms, column+" = "+arg(value))
		}
	}
	is("ledger", q.Ledger)
	is("case_id", q.Case)
	if len(q.Types) > 0 {
		terms = append(terms, "type IN ("+each(q.Types, arg)+")")
	}
	if !q.Since.IsZero() {
		terms = append(terms, "time >= "+arg(q.Since.UTC().Format(logTime)))
	}
	if !q.Until.IsZero() {
		terms = append(terms, "time < "+arg(q.Until.UTC().Format(logTime)))
	}
	is("actor", q.Actor)
	if len(q.Subjects) > 0 {
		terms = append(terms, "subject IN ("+each(q.Subjects, arg)+")")
	}
	if q.Source != "" {
		name := arg(q.Source)
		terms = append(terms, "(source = "+name+" OR collector = "+name+")")
	}
	if len(q.Outcomes) > 0 {
		var any []string
		for _, o := range q.Outcomes {
			any = append(any, "strpos(',' || outcome || ',', "+arg(","+o+",")+") > 0")
		}
		terms = append(terms, "("+strings.Join(any, " OR ")+")")
	}
	if q.Failed {
		terms = append(terms, "CASE type WHEN "+arg(string(TaskFinish))+" THEN outcome NOT IN ("+each(unfailed(), arg)+
			") WHEN "+arg(string(CaseClose))+" THEN outcome <> "+arg(Complete)+" ELSE false END")
	}
	text := "SELECT ledger, seq, leaf FROM log"
	if len(terms) > 0 {
		text += " WHERE " + strings.Join(terms, " AND ")
	}
	way := ""
	if descending {
		way = " DESC"
	}
	text += " ORDER BY received" + way + ", ledger" + way + ", seq" + way
	if q.Limit > 0 {
		text += " LIMIT " + arg(q.Limit)
	}
	return text, args
}

// each returns the arguments of a list.
func each[T ~string](list []T, arg func(any) string) string {
	var names []string
	for _, v := range list {
		names = append(names, arg(string(v)))
	}
	return strings.Join(names, ", ")
}

// unfailed are the outcomes of tasks that were answered, or did not ask.
func unfailed() (list []pipeline.Outcome) {
	for _, o := range pipeline.Outcomes() {
		if o.Answered() || !o.Asked() {
			list = append(list, o)
		}
	}
	return list
}
