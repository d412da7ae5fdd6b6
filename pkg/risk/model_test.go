package risk

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// cases draws findings over a few families, assets and vectors.
func cases(t *rapid.T) []weighed {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) weighed {
		v := rapid.SampledFrom([]string{"INF", "EML", "SUP", "BRE"}).Draw(t, "vector")
		f := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "family")
		return weighed{rule: v + f, family: f, vector: v, asset: rapid.SampledFrom([]string{"h1", "h2", "h3", "h4"}).Draw(t, "asset"),
			severity: rapid.IntRange(1, 4).Draw(t, "severity"), c: rapid.Float64Range(0, 1).Draw(t, "c")}
	}), 0, 30).Draw(t, "findings")
}

func weightsOf(t *rapid.T) map[string]float64 {
	w := map[string]float64{}
	for _, v := range []string{"INF", "EML", "SUP", "BRE"} {
		w[v] = rapid.Float64Range(0, 1).Draw(t, v)
	}
	return w
}

const eps = 1e-9

func TestScoreProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs, w := cases(t), weightsOf(t)
		s := tally(fs, w)
		h := s.hazard
		if x := score(h); x < 0 || x >= 100 {
			t.Fatalf("score %v is out of bounds", x)
		}
		sum := 0.0
		for _, p := range s.parts {
			sum += p.hazard
		}
		if math.Abs(sum-h) > eps {
			t.Fatalf("parts add up to %v, the hazard is %v", sum, h)
		}
		shuffled := rapid.Permutation(fs).Draw(t, "order")
		if tally(shuffled, w).hazard != h {
			t.Fatal("the order matters")
		}
		if again := tally(append(append([]weighed{}, fs...), fs...), w).hazard; again != h {
			t.Fatal("the same said twice counts twice")
		}
		if len(fs) == 0 {
			return
		}
		i := rapid.IntRange(0, len(fs)-1).Draw(t, "which")
		change := func(f func(*weighed)) float64 {
			out := append([]weighed{}, fs...)
			f(&out[i])
			return tally(out, w).hazard
		}
		if change(func(f *weighed) { f.severity = min(4, f.severity+1) }) < h-eps {
			t.Fatal("a graver finding lowers the score")
		}
		if change(func(f *weighed) { f.c = min(1, f.c+.1) }) < h-eps {
			t.Fatal("a surer finding lowers the score")
		}
		if change(func(f *weighed) { f.c *= .5 }) > h+eps {
			t.Fatal("an older finding raises the score")
		}
		if less := tally(append(append([]weighed{}, fs[:i]...), fs[i+1:]...), w).hazard; less > h+eps {
			t.Fatal("one finding less raises the score")
		}
		more := map[string]float64{}
		for v, x := range w {
			more[v] = min(1, x+.1)
		}
		if tally(fs, more).hazard < h-eps {
			t.Fatal("more relevance lowers the score")
		}
	})
}

func TestConfidenceProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		es := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) evidence {
			return evidence{rapid.SampledFrom([]string{"ct", "zone", "registry", "own"}).Draw(t, "origin"), rapid.Float64Range(0, 1).Draw(t, "worth"), rapid.Bool().Draw(t, "supports")}
		}), 1, 12).Draw(t, "evidence")
		c := confidence(es)
		if c < 0 || c > 1 {
			t.Fatalf("confidence %v", c)
		}
		e := es[0]
		if confidence(append(es[:len(es):len(es)], e)) != c {
			t.Fatal("one origin said again counts again")
		}
		e.origin = "another"
		e.supports = true
		if confidence(append(es[:len(es):len(es)], e)) < c-eps {
			t.Fatal("support lowers confidence")
		}
		e.supports = false
		if confidence(append(es[:len(es):len(es)], e)) > c+eps {
			t.Fatal("contradiction raises confidence")
		}
	})
}

// By hand: what one, two and many findings come to.
func TestConsequences(t *testing.T) {
	many := func(n, severity int, c float64) (fs []weighed) {
		for i := range n {
			fs = append(fs, weighed{family: string(rune('a'+i%26)) + string(rune('a'+i/26)), vector: "INF", asset: "h", severity: severity, c: c})
		}
		return fs
	}
	for _, x := range []struct {
		name string
		fs   []weighed
		want float64
	}{
		{"one low", many(1, 1, own), 4.8}, {"one medium", many(1, 2, own), 21.7}, {"one high", many(1, 3, own), 45.5}, {"one critical", many(1, 4, own), 72.0},
		{"two mediums", many(2, 2, own), 38.7}, {"three mediums", many(3, 2, own), 47.6}, {"two highs", many(2, 3, own), 58.9},
		{"200 lows", many(200, 1, own), 18.1}, {"200 mediums", many(200, 2, own), 50.3}, {"200 highs", many(200, 3, own), 66.7},
	} {
		if got := round(score(tally(x.fs, nil).hazard), 1); got != x.want {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
	nine := func(severity int) (fs []weighed) {
		for v := range Vectors {
			fs = append(fs, weighed{family: "f", vector: v, asset: "h", severity: severity, c: own})
		}
		return fs
	}
	if m, h := round(score(tally(nine(2), nil).hazard), 1), round(score(tally(nine(3), nil).hazard), 1); m != 27.9 || h != 55.5 {
		t.Errorf("one in each of nine vectors: %v and %v, want 27.9 and 55.5", m, h)
	}
}

// One case worked out to the digit.
func TestWorkedExample(t *testing.T) {
	age := func(class string, days float64) float64 { return classes[class].worth(hours(days)) }
	kev := confidence([]evidence{
		{"one", quality("B3") * age("ports", 21), true}, {"one", quality("B3") * age("ports", 30), true}, {"two", quality("B3") * age("ports", 5), true}})
	leak := quality("A1") * age("credentials", 400)
	if round(kev, 3) != .507 || round(leak, 3) != .635 {
		t.Fatalf("confidences %.3f and %.3f", kev, leak)
	}
	fs := []weighed{
		{"KEV", "kev", "SUP", "h1", 4, kev}, {"DMARC", "dmarc", "EML", "d", 3, own},
		{"TLS", "tls", "INF", "h1", 2, own}, {"TLS", "tls", "INF", "h2", 2, own}, {"TLS", "tls", "INF", "h3", 2, own},
		{"LEAK", "leak", "BRE", "d", 3, leak}, {"SPF", "spf", "EML", "d", 2, own}, {"CERT", "cert", "INF", "h1", 2, own},
		{"STS", "sts", "EML", "d", 1, own}, {"CAA", "caa", "INF", "d", 1, own},
	}
	s := tally(fs, nil)
	for v, want := range map[string]float64{"EML": 59.4, "INF": 49.5, "SUP": 48.2, "BRE": 32.6} {
		if got := round(score(s.vectors[v]), 1); got != want {
			t.Errorf("%s: %v, want %v", v, got, want)
		}
	}
	total := score(s.hazard)
	if round(total, 1) != 67.4 || level(total) != "high" || round(nats(70)-s.hazard, 3) != .084 {
		t.Errorf("total %v, %s, %.3f below critical", total, level(total), nats(70)-s.hazard)
	}
	for rule, want := range map[string]float64{"DMARC": -8.9, "SPF": -8.2, "STS": -1.6, "TLS": -.8, "KEV": -.7, "CERT": -.6, "CAA": -.3, "LEAK": -.2} {
		if got := round(score(tally(without(fs, rule), nil).hazard)-total, 1); got != want {
			t.Errorf("without %s: %v, want %v", rule, got, want)
		}
	}
	if got := round(score(tally(without(without(fs, "DMARC"), "KEV"), nil).hazard), 1); got != 55.1 {
		t.Errorf("both mended: %v", got)
	}
	sure := append([]weighed{}, fs...)
	sure[0].c = confidence([]evidence{{"x", kev, true}, {"own", own, true}})
	if got := score(tally(sure, nil).hazard); round(got, 1) != 79.0 || level(got) != "critical" {
		t.Errorf("confirmed: %v", got)
	}
}

func TestLevels(t *testing.T) {
	for s, want := range map[float64]string{0: "low", 19.99: "low", 20: "medium", 44.99: "medium", 45: "high", 69.99: "high", 70: "critical", 99: "critical"} {
		if got := level(s); got != want {
			t.Errorf("%v is %s, want %s", s, got, want)
		}
	}
}
