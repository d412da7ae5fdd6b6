package risk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A Model is the arithmetic and a set of rules, ready to judge. It keeps no
// state and may judge several cases at once.
type Model struct {
	rules  []*Rule // by id
	digest string
}

// A document is one file of rules.
type document struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Model      string `yaml:"model"`
	Rules      []Rule `yaml:"rules"`
}

// Check implements [rule.Checker].
func (d *document) Check() error {
	if d.APIVersion != "osint.rules/v1" || d.Kind != "Rules" || d.Model != ModelID {
		return fmt.Errorf("want apiVersion: osint.rules/v1, kind: Rules, model: %s", ModelID)
	}
	return nil
}

// Load reads and compiles rules, by file name. The error says everything that
// is wrong with them, with file and line: a rule that can't be judged is a
// file that can't be loaded.
func Load(files map[string][]byte) (*Model, error) {
	env, err := vocabulary()
	if err != nil {
		return nil, err
	}
	m, sum, errs := &Model{}, sha256.New(), []error(nil)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s\x00%d\x00%s", file, len(files[file]), files[file])
		var d document
		if err := rule.Decode(file, files[file], &d); err != nil {
			errs = append(errs, err)
			continue
		}
		for i := range d.Rules {
			errs = append(errs, d.Rules[i].compile(env, file))
			m.rules = append(m.rules, &d.Rules[i])
		}
	}
	errs = append(errs, m.agree())
	if err := rule.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(m.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	m.digest = hex.EncodeToString(sum.Sum(nil))
	return m, nil
}

// agree checks what only the rules together can get wrong.
func (m *Model) agree() error {
	ids, families := map[string]bool{}, map[string]string{}
	var errs []error
	for _, r := range m.rules {
		if ids[r.ID] {
			errs = append(errs, fmt.Errorf("rule %s stands twice", r.ID))
		}
		if v, ok := families[r.Family]; ok && v != r.Vector {
			errs = append(errs, fmt.Errorf("rule %s: family %s is in vector %s already, and can't be in %s too", r.ID, r.Family, v, r.Vector))
		}
		ids[r.ID], families[r.Family] = true, r.Vector
	}
	return errors.Join(errs...)
}

// Rules returns the rules, sorted by id.
func (m *Model) Rules() []Rule {
	rs := make([]Rule, len(m.rules))
	for i, r := range m.rules {
		rs[i] = *r
	}
	return rs
}

// CheckFeeds says which rules name a collector that is not among the specs, a
// predicate that it does not produce, or one that consumes no subject of the
// rule.
func (m *Model) CheckFeeds(specs []pipeline.Spec) error {
	byName := map[string]pipeline.Spec{}
	for _, s := range specs {
		byName[s.Name] = s
	}
	var errs []error
	for _, r := range m.rules {
		for _, c := range slices.Sorted(maps.Keys(r.Feeds)) {
			s, ok := byName[c]
			if !ok {
				errs = append(errs, fmt.Errorf("rule %s: there is no collector %s: %s", r.ID, c, rule.OneOf(c, slices.Sorted(maps.Keys(byName)))))
				continue
			}
			if !slices.ContainsFunc(s.Consumes, func(k pipeline.Kind) bool { return slices.Contains(r.looksAt(), k) }) {
				errs = append(errs, fmt.Errorf("rule %s: collector %s is never asked about a %v", r.ID, c, r.Subjects))
			}
			for _, p := range r.Feeds[c] {
				if !slices.Contains(s.Produces, p) {
					errs = append(errs, fmt.Errorf("rule %s: collector %s does not produce %s", r.ID, c, p))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// looksAt returns the kinds that a rule looks at: its subjects, and the objects
// of what it is fed, of which facts_of tells.
func (r *Rule) looksAt() []pipeline.Kind {
	kinds := slices.Clone(r.Subjects)
	for _, ps := range r.Feeds {
		for _, p := range ps {
			relation, _ := pipeline.Relate(p)
			kinds = append(kinds, relation.Objects...)
		}
	}
	return kinds
}

// maxSteps is what judging one condition may cost: anything, for the lists that
// a rule loops over are as long as what was observed, which is bounded already.
const maxSteps = math.MaxUint64

// compile makes a rule ready to run.
func (r *Rule) compile(env *cel.Env, file string) error {
	var errs []error
	program := func(e rule.Expr, options ...rule.Option) *rule.Program {
		if e.IsZero() {
			return nil
		}
		p, err := rule.Compile(env, file, e, append(options, rule.CostLimit(maxSteps))...)
		errs = append(errs, err, r.fed(env, file, e))
		return p
	}
	r.applicable = program(r.Applicable)
	r.when = program(r.When)
	r.evidence = program(r.Evidence, rule.Yields(cel.ListType(fact)))
	decisive := len(r.asks)
	for _, x := range r.Raise {
		r.raise = append(r.raise, program(x.When))
	}
	r.with = map[string]*rule.Program{}
	for _, name := range slices.Sorted(maps.Keys(r.With)) {
		r.with[name] = program(r.With[name], rule.Yields(cel.DynType))
	}
	r.asks = slices.Clone(r.asks[:decisive])
	slices.Sort(r.asks)
	r.asks = slices.Compact(r.asks)
	for _, text := range []string{r.Title, r.Detail} {
		for _, name := range places(text) {
			if _, ok := r.With[name]; !ok && name != "subject" {
				errs = append(errs, rule.Problem{File: file, Line: r.Evidence.Line, What: fmt.Sprintf("%s: nothing under with gives {%s}", r.ID, name)})
			}
		}
	}
	return rule.Join(errs...)
}

// fed notes which predicates an expression asks for, and says which of them
// no feed of the rule tells.
func (r *Rule) fed(env *cel.Env, file string, e rule.Expr) error {
	var errs []error
	for _, p := range asked(env, e.Text) {
		if len(r.feeders(p)) == 0 {
			errs = append(errs, rule.Problem{File: file, Line: e.Line, What: fmt.Sprintf("%s asks for %s, and none of its feeds tells it", r.ID, p)})
		}
		r.asks = append(r.asks, p)
	}
	return rule.Join(errs...)
}
