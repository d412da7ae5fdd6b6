package all

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// Every collector keeps its promises in every world of the lab, whatever it
// is answered there. A collector joins by being in [Entries], a world by lying
// in testdata/lab.
func TestConformance(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, name := range lab.Names() {
		t.Run(name, func(t *testing.T) {
			w, err := lab.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			trials := explore(t, serve(t, w, 0), w, 1, 5*time.Second)
			for _, r := range trials {
				r.check(t)
				if r.outcome() == pipeline.Partial && len(r.said) == 0 {
					t.Errorf("%s is partly answered and tells nothing", r)
				}
				r.checkPersonal(t, w.Personal())
			}
			t.Logf("%d tasks: %s", len(trials), outcomes(trials))
		})
	}
}

// check holds a trial against what its collector's Spec promises.
func (r *trial) check(t testing.TB) {
	t.Helper()
	if r.panics != nil {
		t.Errorf("%s panicked: %v", r, r.panics)
	}
	var f *pipeline.Failure
	if errors.As(r.err, &f) && (!f.Outcome.Valid() || f.Outcome == pipeline.OK || f.Outcome == pipeline.Empty) {
		t.Errorf("%s failed with the outcome %q", r, f.Outcome)
	}
	if r.err != nil && !utf8.ValidString(r.err.Error()) {
		t.Errorf("%s: its reason is not UTF-8", r)
	}
	sent := 0
	for _, k := range r.kept {
		if !k.Cached {
			sent++
		}
		if k.Source != r.spec.Source.Name || !k.Outcome.Valid() || k.Question == "" || k.Operation == "" || k.Locator == "" || k.At.IsZero() {
			t.Errorf("%s: half an exchange: %+v", r, k.Exchange)
		}
	}
	for _, name := range append(slices.Clone(r.spec.Keys), r.spec.MayUse...) {
		r.hides(t, keyOf(name))
	}
	if sent > r.spec.Ceiling.Requests {
		t.Errorf("%s made %d requests; its ceiling is %d", r, sent, r.spec.Ceiling.Requests)
	}
	for i := range r.said {
		if err := r.fits(&r.said[i]); err != nil {
			t.Errorf("%s: %s: %v", r.key(), r.said[i].Predicate, err)
		}
	}
}

// hides checks that a credential stands in nothing that a task recorded or said.
func (r *trial) hides(t testing.TB, secret string) {
	if strings.HasPrefix(secret, "https:") { // where a source lies is none
		return
	}
	text, _ := json.Marshal(map[string]any{"said": r.said, "error": fmt.Sprint(r.err)})
	for _, k := range r.kept {
		head, _ := json.Marshal(k.Exchange)
		text = append(append(text, head...), k.body...)
	}
	if strings.Contains(string(text), secret) {
		t.Errorf("%s: its credential stands in what it recorded", r)
	}
}

// fits says what is wrong with an observation.
func (r *trial) fits(o *pipeline.Observation) error {
	if err := pipeline.CheckRelation(o); err != nil {
		return err
	}
	if !slices.Contains(r.spec.Produces, o.Predicate) {
		return errors.New("is not among what the Spec says it produces")
	}
	if o.Collector != r.spec.Name || o.Source != r.spec.Source.Name || o.Origin == "" || !o.Grade.Valid() || o.At.IsZero() || o.Asked != r.subject {
		return fmt.Errorf("is not filled in: %+v", *o)
	}
	for _, c := range categories(o) {
		if !slices.Contains(r.spec.Emits, c) {
			return fmt.Errorf("is %s data, of which the Spec says nothing", c)
		}
	}
	if err := r.proven(o); err != nil {
		return err
	}
	if err := canonical(o.Subject); err != nil {
		return err
	}
	if o.Object != nil {
		if err := canonical(*o.Object); err != nil {
			return err
		}
	}
	again, err := pipeline.Normal(o.Value)
	if err != nil || !reflect.DeepEqual(again, o.Value) {
		return fmt.Errorf("its value %#v is not in its one form: %v", o.Value, err)
	}
	return clean(o.Value)
}

// proven checks that an observation rests on exchanges of its own task, each
// of them one that was had.
func (r *trial) proven(o *pipeline.Observation) error {
	if len(o.Exchanges) == 0 {
		return errors.New("rests on no exchange")
	}
	for _, id := range o.Exchanges {
		i := slices.IndexFunc(r.kept, func(k kept) bool { return k.ID == id })
		if i < 0 {
			return fmt.Errorf("rests on the exchange %q, which was not had", id)
		}
		if k := r.kept[i]; k.Outcome != pipeline.OK || len(k.body) == 0 {
			return fmt.Errorf("rests on the exchange %s, which brought nothing (%s)", k.Locator, k.Outcome)
		}
	}
	return nil
}

// categories returns every data category in an observation.
func categories(o *pipeline.Observation) []pipeline.Category {
	all := []pipeline.Category{o.Category}
	if o.Object != nil && o.Object.Personal() {
		all = append(all, o.Object.Category())
	}
	if o.Subject.Personal() {
		all = append(all, o.Subject.Category())
	}
	return all
}

// canonical checks that an entity is in the one form that it has.
func canonical(e pipeline.Entity) error {
	again, err := pipeline.NewEntity(e.Kind, e.Value)
	if err != nil || again != e {
		return fmt.Errorf("%s is not canonical: %s, %v", e, again, err)
	}
	return nil
}

// clean checks that texts are UTF-8 and of a bearable length.
func clean(v any) error {
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) || len(v) > 64<<10 {
			return fmt.Errorf("a text of %d bytes, or not UTF-8: %.60q", len(v), v)
		}
	case []any:
		for _, x := range v {
			if err := clean(x); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, x := range v {
			if err := errors.Join(clean(key), clean(x)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkPersonal looks for values planted as personal where nobody would seal
// them: in the text of what is not said to be about a person.
func (r *trial) checkPersonal(t *testing.T, planted []string) {
	for _, o := range r.said {
		text, _ := json.Marshal(o.Value)
		if o.Category.Personal() {
			continue
		}
		for _, p := range planted {
			if strings.Contains(strings.ToLower(string(text)), strings.ToLower(p)) || o.Object != nil && !o.Object.Personal() && strings.EqualFold(o.Object.Value, p) {
				t.Errorf("%s: %s says %q as %s data", r.key(), o.Predicate, p, o.Category)
			}
		}
	}
}

// outcomes counts how tasks ended.
func outcomes(trials []*trial) string {
	n := map[pipeline.Outcome]int{}
	for _, r := range trials {
		n[r.outcome()]++
	}
	var parts []string
	for _, o := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[o], o))
	}
	return strings.Join(parts, ", ")
}

func (r *trial) outcome() pipeline.Outcome {
	var f *pipeline.Failure
	switch {
	case errors.As(r.err, &f):
		return f.Outcome
	case r.err != nil:
		return pipeline.Malformed
	case len(r.said) == 0:
		return pipeline.Empty
	}
	return pipeline.OK
}
