package rule

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyCondition draws a condition of what has a quick form.
func anyCondition(depth int) *rapid.Generator[string] {
	leaves := []string{`target.minor`, `job.basis == "consent"`, `job.basis != "consent"`, `job.basis in ["contract", "consent"]`, `job.basis == ""`,
		`job.basis in []`, `job.basis in list.eea`, `"DE" in list.eea`, `job.basis in record`, `job.days > 3`, `job.days <= 3`, `job.days < job.days`, `3 >= job.days`, `target.minor == true`}
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 {
			return rapid.SampledFrom(leaves).Draw(t, "leaf")
		}
		part := anyCondition(depth - 1)
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			return "!(" + part.Draw(t, "of") + ")"
		case 1:
			return "(" + strings.Join(rapid.SliceOfN(part, 2, 3).Draw(t, "all"), " && ") + ")"
		case 2:
			return "(" + strings.Join(rapid.SliceOfN(part, 2, 3).Draw(t, "any"), " || ") + ")"
		}
		return part.Draw(t, "same")
	})
}

// TestQuickSaysWhatCELSays holds that a quick form gives the truth and the
// missing facts that CEL gives, of facts of any type.
func TestQuickSaysWhatCELSays(t *testing.T) {
	sure := 0
	rapid.Check(t, func(t *rapid.T) {
		text := anyCondition(rapid.IntRange(0, 3).Draw(t, "depth")).Draw(t, "condition")
		p, err := Compile(env(), "f.yaml", Expr{Text: text, Line: 1})
		if err != nil {
			t.Fatal(err)
		}
		f := NewFacts()
		for _, name := range []string{"job.basis", "job.days", "target.minor", "list.eea", "record"} {
			switch v := rapid.SampledFrom([]any{nil, nil, "right", "right", "right", "right", true, "DE", 3, 2.5}).Draw(t, name); v {
			case nil:
			case "right":
				f.Set(name, map[string]any{"job.basis": "consent", "job.days": 4, "target.minor": false, "list.eea": []string{"DE", "consent"}, "record": map[string]any{"consent": 1}}[name])
			default:
				f.Set(name, v)
			}
		}
		if p.quick == nil {
			return
		}
		got, bits, ok := p.quick.judge(f)
		if !ok {
			return
		}
		sure++
		v, err := p.eval(f)
		want, missing := p.truth(f, v, err)
		if got != want || !slices.Equal(p.named(bits), missing) {
			t.Fatalf("%s: quick says %s %v, CEL %s %v", text, got, p.named(bits), want, missing)
		}
	})
	if sure < 20 {
		t.Errorf("only %d were quick", sure)
	}
}
