// Package monitoring tests the files that stand beside it.
package monitoring

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// strict reads a text as one of Grafana's own types has it: with no field that
// it does not know, and none of the wrong form. Its error is one with no text
// where there is none.
func strict(t *testing.T, what string, to interface {
	UnmarshalJSONStrict([]byte) error
	Validate() error
}, text []byte) {
	t.Helper()
	if err := to.UnmarshalJSONStrict(text); err != nil && err.Error() != "" {
		t.Errorf("%s: %v", what, err)
	}
	if err := to.Validate(); err != nil && err.Error() != "" {
		t.Errorf("%s: %v", what, err)
	}
}

// panels reads the dashboard and all that it shows, rows apart.
func panels(t *testing.T) (all []dashboard.Panel) {
	t.Helper()
	known := cog.NewRuntime()
	known.RegisterPanelcfgVariant(stat.VariantConfig())
	known.RegisterPanelcfgVariant(table.VariantConfig())
	known.RegisterPanelcfgVariant(timeseries.VariantConfig())
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	strict(t, "the dashboard", new(dashboard.Dashboard), text)
	var raw struct{ Panels []json.RawMessage }
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	for _, text := range raw.Panels {
		var head struct{ Type, Title string }
		if err := json.Unmarshal(text, &head); err != nil {
			t.Fatal(err)
		}
		if head.Type == "row" {
			strict(t, head.Title, new(dashboard.RowPanel), text)
			continue
		}
		var p dashboard.Panel
		if strict(t, head.Title, &p, text); p.Id == nil || p.Title == nil || p.GridPos == nil {
			t.Fatalf("%q has no id, title or place", head.Title)
		}
		if _, ok := known.ConfigForPanelcfgVariant(p.Type); !ok {
			t.Errorf("%s: options of a %s are not checked", head.Title, p.Type)
		}
		all = append(all, p)
	}
	return all
}

// TestDashboard holds the dashboard to Grafana's own types, and each panel to
// what a reader needs: a title, what it means, a unit, one query, a place of
// its own.
func TestDashboard(t *testing.T) {
	type cell struct{ row, col uint32 }
	places, ids := map[cell]string{}, map[uint32]bool{}
	all := panels(t)
	for _, p := range all {
		if *p.Title == "" || p.Description == nil || *p.Description == "" || p.FieldConfig == nil || p.FieldConfig.Defaults.Unit == nil || len(p.Targets) != 1 {
			t.Errorf("%q has no title, description, unit or query", *p.Title)
		}
		if ids[*p.Id] {
			t.Errorf("two panels have the id %d", *p.Id)
		}
		ids[*p.Id] = true
		for row := p.GridPos.Y; row < p.GridPos.Y+p.GridPos.H; row++ {
			for col := p.GridPos.X; col < p.GridPos.X+p.GridPos.W; col++ {
				if other := places[cell{row, col}]; other != "" || col >= 24 {
					t.Fatalf("%q lies over %q, or outside", *p.Title, other)
				}
				places[cell{row, col}] = *p.Title
			}
		}
	}
	if len(all) < 20 {
		t.Errorf("only %d panels", len(all))
	}
}
