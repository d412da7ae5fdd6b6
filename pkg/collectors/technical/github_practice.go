package technical

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

const (
	mostWorkflows = 10        // files of GitHub Actions that are read
	mostWorkflow  = 256 << 10 // bytes of one
)

// askPractices reads the list of a repository's files, its workflows, and, where
// it has no security policy of its own, whether its owner has one for all.
func askPractices(ctx context.Context, net *collectors.View, owner, name string, t *teller) func() error {
	files, whole, a, err := readTree(ctx, net, owner, name)
	if err != nil || len(files) == 0 {
		return func() error { return err }
	}
	var paths []string
	policy := false
	for _, f := range files {
		if dir, base := path.Split(f.path); dir == ".github/workflows/" && isYAML(base) {
			paths = append(paths, f.path)
		}
		policy = policy || shows(f.path, "security-policy", practices[0].files)
	}
	all := len(paths)
	paths = paths[:min(all, mostWorkflows)]
	read, failed := readRaw(ctx, net, owner, name, paths, mostWorkflow)
	var owners []*collectors.Answer
	var unread error
	if !policy {
		owners, unread = readRaw(ctx, net, owner, ".github", []string{"SECURITY.md", ".github/SECURITY.md"}, 64<<10)
	}
	return func() error {
		if !tellPractices(a, files, whole, t) && unread == nil {
			tellOwnersPolicy(a, owners, whole, t)
		}
		errs := []error{failed, unread}
		if failed == nil && all <= mostWorkflows {
			tellWorkflows(paths, read, t)
		} else if failed == nil {
			tellWorkflows(paths, read, t)
			errs = append(errs, pipeline.Fail(pipeline.Partial, fmt.Sprintf("of %d workflows %d are read", all, mostWorkflows)))
		}
		if !whole {
			errs = append(errs, cutTree())
		}
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// tellOwnersPolicy tells of a security policy that is the owner's, or that there
// is none.
func tellOwnersPolicy(tree *collectors.Answer, owners []*collectors.Answer, whole bool, t *teller) {
	for _, a := range owners {
		if a != nil {
			sayPractice(t, a, "security-policy", true, "of its owner, for all repositories")
			return
		}
	}
	if whole {
		sayPractice(t, tree, "security-policy", false, "")
	}
}

// tellWorkflows tells of all workflows together how they may be abused.
func tellWorkflows(paths []string, read []*collectors.Answer, t *teller) {
	var all workflow
	var open, loud []string // without limits; run for strangers
	var rests []pipeline.ExchangeID
	for i, a := range read {
		if a == nil {
			continue
		}
		rests = append(rests, a.Exchanges()...)
		w, base := parseWorkflow(string(a.Body)), path.Base(paths[i])
		all.uses, all.secrets = all.uses+w.uses, all.secrets || w.secrets
		for _, action := range w.loose {
			if !slices.Contains(all.loose, action) {
				all.loose = append(all.loose, action)
			}
		}
		if !w.limited || w.writeAll {
			open = append(open, base)
		}
		if w.target && w.head {
			loud = append(loud, base)
		}
	}
	if len(rests) == 0 {
		return
	}
	say := func(practice string, bad []string, more map[string]any) {
		v := map[string]any{"practice": practice, "followed": len(bad) == 0, "detail": word(strings.ReplaceAll(strings.Join(bad[:min(len(bad), 3)], ", "), "@", " at ")), "secrets": all.secrets}
		for k, x := range more {
			v[k] = x
		}
		t.emit(pipeline.Observation{Predicate: "repository-practice", Value: v, Exchanges: rests})
		t.told++
	}
	if all.uses > 0 {
		foreign := 0 // the forge's own need its word alone, which everything here does
		for _, action := range all.loose {
			if !strings.HasPrefix(action, "actions/") && !strings.HasPrefix(action, "github/") {
				foreign++
			}
		}
		say("pinned-actions", all.loose, map[string]any{"unpinned": len(all.loose), "of": all.uses, "foreign": foreign})
	}
	say("least-privilege-token", open, nil)
	say("guarded-pull-requests", loud, nil)
}
