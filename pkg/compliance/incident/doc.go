// Package incident keeps the register of personal data incidents, and says whom
// to tell by when.
//
// An [Incident] is one JSON file of the register's folder, written whole or not
// at all. Its clocks are computed, never stored: [Incident.Clocks] is a function
// of the incident and a time. Where a fact is missing that would end a duty, the
// duty stands; where law has no number of hours or days, none is made up.
//
// What it says is decision support, not legal advice.
package incident
