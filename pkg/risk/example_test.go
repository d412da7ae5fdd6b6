package risk

import (
	"math"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

func at(kind pipeline.Kind, value string) pipeline.Entity {
	return pipeline.Entity{Kind: kind, Value: value}
}

func live(rule, vector, family, host string, s pipeline.Severity) flaw {
	return flaw{rule: rule, vector: vector, family: family, asset: at(pipeline.KindHost, host), severity: s,
		witnesses: []witness{{origin: "own", weight: measured}}}
}

// worked is a case worked out by hand: nine flaws in four vectors.
func worked() []flaw {
	port, leak := decays["port"], decays["credential"]
	kev := flaw{rule: "SUP-01", vector: "SUP", family: "kev", asset: at(pipeline.KindHost, "h1.corp.example"), severity: pipeline.Critical,
		witnesses: []witness{
			{origin: "one", weight: quality("B3") * port.left(21*day)},
			{origin: "one", weight: quality("B3") * port.left(30*day)},
			{origin: "two", weight: quality("B3") * port.left(5*day)},
		}}
	credentials := flaw{rule: "BRE-02", vector: "BRE", family: "credentials", asset: at(pipeline.KindDomain, "corp.example"), severity: pipeline.High,
		witnesses: []witness{{origin: "breach", weight: quality("A1") * leak.left(400*day)}}}
	return []flaw{kev, credentials,
		live("EML-05", "EML", "dmarc", "corp.example", pipeline.High),
		live("INF-16", "INF", "tls-old", "h1.corp.example", pipeline.Medium),
		live("INF-16", "INF", "tls-old", "h2.corp.example", pipeline.Medium),
		live("INF-16", "INF", "tls-old", "h3.corp.example", pipeline.Medium),
		live("EML-03", "EML", "spf-limits", "corp.example", pipeline.Medium),
		live("INF-11", "INF", "certificate-expiry", "h1.corp.example", pipeline.Medium),
		live("EML-08", "EML", "mail-transport", "corp.example", pipeline.Low),
		live("INF-01", "INF", "caa", "corp.example", pipeline.Low),
	}
}

func near(t *testing.T, what string, got, want float64, decimals int) {
	t.Helper()
	if round(got, decimals) != want {
		t.Errorf("%s is %v, want %v", what, round(got, decimals), want)
	}
}

// points is a score before it is rounded for print.
func points(hazard float64) float64 { return 100 * (1 - math.Exp(-hazard)) }

func TestWorkedExample(t *testing.T) {
	l := newLedger(worked(), nil)
	near(t, "confidence of the KEV", confidence(worked()[0].witnesses), .507, 3)
	near(t, "confidence of the credentials", confidence(worked()[1].witnesses), .635, 3)
	for v, want := range map[string][2]float64{"EML": {.902, 59.4}, "INF": {.684, 49.5}, "SUP": {.659, 48.2}, "BRE": {.394, 32.6}} {
		near(t, v+" hazard", l.sums[v].hazard, want[0], 3)
		near(t, v+" score", points(l.sums[v].hazard), want[1], 1)
	}
	near(t, "hazard", l.hazard(), 1.120, 3)
	near(t, "score", l.score(), 67.4, 1)
	if got := level(l.score()); got != "high" {
		t.Errorf("level %s", got)
	}
	for _, x := range l.thresholds() {
		if x.Level == "critical" {
			near(t, "distance to critical", x.Nats, -.084, 3)
		}
	}
	for _, s := range l.sensitivity() {
		want := map[string]float64{"EML-05": -8.9, "EML-03": -8.2, "EML-08": -1.6, "INF-16": -.8, "SUP-01": -.7, "INF-11": -.6, "INF-01": -.3, "BRE-02": -.2}
		near(t, "without "+s.Rule, points(l.without(s.Rule).hazard())-points(l.hazard()), want[s.Rule], 1)
	}
	near(t, "DMARC and KEV cured", l.cure([]string{"EML-05", "SUP-01"}).score(), 55.1, 1)
}

func TestWorkedExampleChanged(t *testing.T) {
	with := func(w ...witness) *ledger {
		fs := worked()
		fs[0].witnesses = append(fs[0].witnesses, w...)
		return newLedger(fs, nil)
	}
	own := worked()
	own[0].witnesses = []witness{{origin: "own", weight: measured}}
	near(t, "SUP by own check alone", points(add(merge(own[:1])).hazard), 72.0, 1)
	near(t, "contradicted", with(witness{origin: "own", weight: .9, against: true}).score(), 66.7, 1)
	if got := level(with(witness{origin: "own", weight: measured}).score()); got != "critical" {
		t.Errorf("confirmed, the level is %s", got)
	}
	near(t, "confirmed", with(witness{origin: "own", weight: measured}).score(), 79.0, 1)
	var open, worst []flaw
	for i, s := range []pipeline.Severity{pipeline.Critical, pipeline.High, pipeline.High, pipeline.High, pipeline.Medium, pipeline.Medium} {
		f := flaw{rule: "EXP", vector: "EXP", family: string(rune('a' + i)), asset: at(pipeline.KindIP, "192.0.2.1"), severity: s, rate: baseRates[s]}
		open = append(open, f)
		f.rate = 1
		worst = append(worst, f)
	}
	near(t, "expected with the port checks", newLedger(worked(), nil).also(open).score(), 67.4, 1)
	near(t, "at most with the port checks", newLedger(worked(), nil).also(worst).score(), 87.3, 1)
}

func TestConsequencesOfTheStaircase(t *testing.T) {
	many := func(n int, s pipeline.Severity) float64 {
		var fs []flaw
		for i := range n {
			fs = append(fs, live("R", "INF", string(rune('a'+i)), "corp.example", s))
		}
		return newLedger(fs, nil).score()
	}
	for _, c := range []struct {
		n    int
		s    pipeline.Severity
		want float64
	}{
		{1, pipeline.Info, 0}, {1, pipeline.Low, 4.8}, {1, pipeline.Medium, 21.7}, {1, pipeline.High, 45.5}, {1, pipeline.Critical, 72.0},
		{2, pipeline.Medium, 38.7}, {3, pipeline.Medium, 47.6}, {2, pipeline.High, 58.9},
		{200, pipeline.Low, 18.1}, {200, pipeline.Medium, 50.3}, {200, pipeline.High, 66.7},
	} {
		near(t, string(c.s), many(c.n, c.s), c.want, 1)
	}
	for s, want := range map[pipeline.Severity]float64{pipeline.Medium: 27.9, pipeline.High: 55.5} {
		var fs []flaw
		for _, v := range Vectors() {
			fs = append(fs, live("R", v.ID, v.ID, "corp.example", s))
		}
		near(t, "one in each vector", newLedger(fs, nil).score(), want, 1)
	}
}

func TestLevelsBeginExactly(t *testing.T) {
	for s, want := range map[float64]string{0: "low", 19.99: "low", 20: "medium", 44.99: "medium", 45: "high", 69.99: "high", 70: "critical", 99.99: "critical"} {
		if got := level(s); got != want {
			t.Errorf("%v is %s, want %s", s, got, want)
		}
		if l := level(score(nats(s))); l != want {
			t.Errorf("the hazard of %v comes out as %s", s, l)
		}
	}
	near(t, "medium", nats(20), .223, 3)
	near(t, "high", nats(45), .598, 3)
	near(t, "critical", nats(70), 1.204, 3)
}

func TestEvidenceAges(t *testing.T) {
	for _, c := range []struct {
		class string
		age   time.Duration
		want  float64
	}{{"live", -day, 1}, {"live", 2 * day, 1}, {"live", 32 * day, .5}, {"port", 14 * day, .5}, {"breach", 20000 * day, .2}, {"registration", 187 * day, .5}} {
		if got := decays[c.class].left(c.age); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s after %v: %v, want %v", c.class, c.age, got, c.want)
		}
	}
	for g, want := range map[pipeline.Grade]float64{"own": .98, "A1": .9025, "B3": .51, "F6": .25, "E5": .005, "?": .25} {
		near(t, string(g), quality(g), want, 4)
	}
}
