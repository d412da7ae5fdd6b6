package loose

import (
	"encoding/json"
	"testing"
)

type all struct {
	T Text                     `json:"t"`
	N Number                   `json:"n"`
	B Truth                    `json:"b"`
	L List[Text]               `json:"l"`
	O Object[struct{ A Text }] `json:"o"`
	W Time                     `json:"w"`
}

// What has its form is taken in any of the spellings, what has not is nothing.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		in   string
		want string
	}{
		{`{"t":"a","n":"1.5","b":"true","l":"x","o":{"A":7},"w":"2026-01-02 03:04:05 UTC"}`, "a 1.5 true [x] 7 2026-01-02T03:04:05Z"},
		{`{"t":5,"n":3,"b":1,"l":[1,null,"y"],"o":[],"w":1767323045}`, "5 3 true [1 y]  2026-01-02T03:04:05Z"},
		{`{"t":{},"n":"many","b":"no","l":null,"o":"x","w":"yesterday"}`, " 0 false []  "},
		{`{"w":1767323045000}`, " 0 false []  2026-01-02T03:04:05Z"},
		{`{"w":"20260102030405","n":1e999}`, " 0 false []  2026-01-02T03:04:05Z"},
		{`{"w":"0001-01-01T00:00:00Z"}`, " 0 false []  "},
	} {
		var a all
		if err := json.Unmarshal([]byte(c.in), &a); err != nil {
			t.Log(c.in, err) // a literal that is no JSON number
		}
		list := "["
		for i, x := range a.L {
			if i > 0 {
				list += " "
			}
			list += string(x)
		}
		n, _ := json.Marshal(a.N.Value)
		b, _ := json.Marshal(a.B)
		if got := string(a.T) + " " + string(n) + " " + string(b) + " " + list + "] " + string(a.O.Of.A) + " " + a.W.RFC3339(); got != c.want {
			t.Errorf("%s read as %q, want %q", c.in, got, c.want)
		}
	}
}

// Only what says no is a no.
func TestYesNo(t *testing.T) {
	for in, want := range map[string]YesNo{
		`true`: {true, true}, `"Yes"`: {true, true}, `1`: {true, true}, `"1"`: {true, true},
		`false`: {false, true}, `"no"`: {false, true}, `0`: {false, true}, `" FALSE "`: {false, true},
		`null`: {}, `""`: {}, `"unavailable on your plan"`: {}, `7`: {}, `[]`: {}, `{}`: {}, `[true]`: {},
	} {
		a := struct{ Y YesNo }{YesNo{true, true}}
		if err := json.Unmarshal([]byte(`{"y":`+in+`}`), &a); err != nil || a.Y != want {
			t.Errorf("%s is %+v (%v), want %+v", in, a.Y, err, want)
		}
	}
}

func FuzzAll(f *testing.F) {
	f.Add([]byte(`{"t":"a","n":"1","b":1,"l":[[]],"o":{},"w":1e300}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var a all
		_ = json.Unmarshal(b, &a)
		if y := a.W.Year(); !a.W.IsZero() && (y < 1970 || y > 2199) {
			t.Errorf("a moment in %d", y)
		}
	})
}
