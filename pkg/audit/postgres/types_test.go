package postgres

import (
	"strings"
	"testing"

	"osint/pkg/audit"
)

// The events say what each type of leaf does: none is forgotten where a new
// one is made. A segment is no event.
func TestEveryTypeIsAnAct(t *testing.T) {
	text := ""
	for _, m := range Migrations() {
		text += m.text
	}
	for _, kind := range audit.Types() {
		if kind != audit.Segment && !strings.Contains(text, "\n    ('"+string(kind)+"', ") {
			t.Errorf("audit.act has no row for %s", kind)
		}
	}
}
