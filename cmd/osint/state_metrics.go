package main

import (
	"time"

	"osint/pkg/telemetry"
)

// readings are the state as metrics. A part that is not there has none.
func (s *state) readings() (all []telemetry.Reading) {
	add := func(name, help string, v float64, labels ...string) {
		all = append(all, telemetry.Reading{Name: name, Help: help, Labels: labels, Value: v})
	}
	at := func(t time.Time) float64 { return float64(t.Unix()) }
	add("osint_status_timestamp_seconds", "When osint status last looked.", at(s.At))
	about := map[string]int{}
	for _, x := range s.Attention {
		about[x.About]++
	}
	for _, part := range []string{"keys", "ledger", "postgresql", "sources", "spool", "store"} {
		add("osint_status_attention", "Things that somebody should look at, by part.", float64(about[part]), "about", part)
	}
	add("osint_status_cases", "Cases below the folder of cases.", float64(s.Store.Cases))
	add("osint_status_cases_open", "Cases that did not end, and that nobody is at work on.", float64(s.Store.Open))
	add("osint_status_store_bytes", "Room that the cases take.", float64(s.Store.Bytes))
	if s.Store.Free != nil {
		add("osint_status_store_free_bytes", "Room that is left on their disk.", float64(*s.Store.Free))
	}
	add("osint_status_running", "Processes at work on a case or a batch.", float64(len(s.Running)))
	add("osint_status_keys_exposed", "Keys, or their folder, that others can read.", float64(len(s.Keys.Exposed)))
	if l := s.Ledger; l.State != "absent" {
		add("osint_status_ledger_readable", "1 if the ledger can be read as one.", map[bool]float64{true: 1}[l.State == "ok"])
		if l.Last != nil {
			add("osint_status_ledger_entries", "Entries of the ledger.", float64(l.Entries))
			add("osint_status_ledger_unsigned", "Its last entries that no checkpoint covers.", float64(l.Unsigned))
			add("osint_status_ledger_last_timestamp_seconds", "When something was last recorded, a heartbeat among it.", at(*l.Last))
		}
	}
	if up := s.Shared.Reached; up != nil {
		add("osint_status_postgresql_up", "1 if the shared PostgreSQL answered.", map[bool]float64{true: 1}[*up && s.Shared.Error == ""], "dest", s.Shared.Dest)
	}
	for _, x := range s.Spool {
		add("osint_status_spool_entries", "Entries that wait to be shipped.", float64(x.Waiting), "dest", x.Dest)
	}
	for _, r := range s.Sources {
		add("osint_status_source_left_alone", "1 while a source wants to be left alone.", map[bool]float64{true: 1}[r.State == "left-alone"], "source", r.Source)
		add("osint_status_source_spent_usd", "What the runs of this machine spent at a source on this day, in UTC.", r.Spent, "source", r.Source)
		for _, x := range []struct {
			span     string
			used, of int
		}{{"day", r.Today, r.Daily}, {"month", r.Month, r.Monthly}} {
			if x.of > 0 {
				add("osint_status_source_used", "Requests of a source's allowance that are used, by the span that it is of.", float64(x.used), "source", r.Source, "span", x.span)
				add("osint_status_source_allowance", "Requests that a source allows, by the span that it is of.", float64(x.of), "source", r.Source, "span", x.span)
			}
		}
	}
	add("osint_status_spent_usd", "What the runs of this machine spent on this day, in UTC.", s.Money.Today)
	return all
}
