package technical

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// repositoryAt returns the owner and the name of a repository, or the Failure of
// one that lies at another site, of which nobody is asked.
func repositoryAt(e pipeline.Entity, site string) (owner, name string, err error) {
	parts := strings.Split(e.Value, "/")
	if e.Kind != pipeline.KindRepository || len(parts) != 3 || parts[0] != site || strings.Trim(parts[1], ".") == "" || strings.Trim(parts[2], ".") == "" {
		return "", "", pipeline.Fail(pipeline.Skipped, "not a repository at "+site)
	}
	return parts[1], parts[2], nil
}

// at joins the segments of a path, each escaped.
func at(segments ...string) string {
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return "/" + strings.Join(segments, "/")
}

// several does many things at once, at most four at a time.
func several(n int, do func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i := range n {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}

// A teller emits what rests on one answer, and counts.
type teller struct {
	emit collectors.Emit
	told int
}

func (t *teller) say(a *collectors.Answer, o pipeline.Observation) {
	o.Exchanges = a.Exchanges()
	t.emit(o)
	t.told++
}

// end makes of what went wrong in parts of a task the outcome of the whole: the
// failure itself if nothing was told, else Partial with what could not be had.
func (t *teller) end(errs ...error) error {
	var first error
	var reasons []string
	for _, err := range errs {
		if err == nil {
			continue
		}
		if first == nil {
			first = err
		}
		var f *pipeline.Failure
		if errors.As(err, &f) && len(reasons) < 3 {
			reasons = append(reasons, f.Reason)
		}
	}
	if first == nil || t.told == 0 {
		return first
	}
	return pipeline.Fail(pipeline.Partial, "not all of it could be had: "+strings.Join(reasons, "; "))
}

// malformed is the failure of an answer without what must be in it.
func malformed(source string, a *collectors.Answer, what string) error {
	return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s answered %d with something that is no %s", source, a.Status, what))
}

// derivative keeps of an answer that is an object or a list of objects what the
// shape names, and of any other its size.
func derivative(s derive.Shape) func([]byte) ([]byte, error) {
	object, list := derive.JSON(s), derive.List(s)
	return func(answer []byte) ([]byte, error) {
		for _, make := range []func([]byte) ([]byte, error){object, list} {
			if kept, err := make(answer); err == nil {
				return kept, nil
			}
		}
		return derive.Status(answer)
	}
}

// listed reads a list. What is no list is none; elements of another type are left
// out.
func listed[T any](body []byte, list *loose.List[T]) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && body[0] == '[' && json.Unmarshal(body, list) == nil
}

// put adds a value to a record if it is known.
func put(m map[string]any, key string, v any) {
	if s, ok := v.(string); ok && s == "" {
		return
	}
	m[key] = v
}
