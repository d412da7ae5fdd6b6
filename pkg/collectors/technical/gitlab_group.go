package technical

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// gitLabGroup finds where an organisation publishes code at GitLab: the groups
// that are called as it is. Their projects are told where a group's description
// names the domain, for it has no other page.
func gitLabGroup() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "gitlab-group", Title: "Groups and their public projects (GitLab)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindOrganization},
			Produces: []pipeline.Predicate{"code-home", "has-repository"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "gitlab", Grade: "C3",
			Source:  gitLab,
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindOrganization},
			Ceiling: pipeline.Ceiling{Requests: 24, Bytes: 32 << 20},
			MayUse:  []string{gitLabToken},
			Derive:  derivative(derive.Shape{"id": derive.Quantity, "visibility": derive.Filled, "archived": derive.Flag}),
		},
		Collect: readGitLabGroup,
	}
}

// mostGroups is how many groups are looked at closely.
const mostGroups = 3

func readGitLabGroup(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := askGitLab(ctx, net, "groups", "/groups?per_page=50&top_level_only=true&search="+url.QueryEscape(calledAs(subject)))
	if err != nil {
		return err
	}
	var groups loose.List[struct {
		ID                                  loose.Number
		Path, Name, Description, Visibility loose.Text
	}]
	if a.Status != http.StatusOK || !listed(a.Body, &groups) {
		return malformed("gitlab", a, "list of groups")
	}
	t, site := &teller{emit: emit}, gitLabSite(net)
	var errs []error
	near := 0
	for _, g := range groups {
		proof := codeOwner{Login: g.Path, Name: g.Name}.proof(subject)
		if subject.Kind == pipeline.KindDomain && namesDomain(g.Description.String(), subject.Value) {
			proof = bySite
		}
		home, err := pipeline.NewEntity(pipeline.KindURL, "https://"+site+at(g.Path.String()))
		if proof == "" || guessed(proof, subject) || err != nil || g.ID.Int() <= 0 || g.Path == "" || g.Visibility != "" && g.Visibility != "public" {
			continue
		}
		t.say(a, pipeline.Observation{Predicate: "code-home", Object: &home, Value: map[string]any{"by": "gitlab", "proof": proof}, Grade: proofGrades[proof]})
		if proof == byName {
			continue
		}
		if near++; near > mostGroups {
			errs = append(errs, pipeline.Fail(pipeline.Partial, "more groups than are looked at"))
			break
		}
		errs = append(errs, tellProjects(ctx, net, site, strconv.Itoa(g.ID.Int()), t))
	}
	if a.Header.Get("X-Next-Page") != "" {
		errs = append(errs, pipeline.Fail(pipeline.Partial, "more groups fit the name than are looked at"))
	}
	return t.end(errs...)
}

// tellProjects tells of a group's own projects, forks left out. What lies in a
// group within it has a longer name than a repository has here, and is left out.
func tellProjects(ctx context.Context, net *collectors.View, site, group string, t *teller) error {
	a, err := askGitLab(ctx, net, "projects", "/groups/"+group+"/projects?visibility=public&order_by=last_activity_at&with_shared=false&per_page=100")
	if err != nil {
		return err
	}
	var list loose.List[struct {
		Path     loose.Text `json:"path_with_namespace"`
		Archived loose.Truth
		Forked   loose.Object[struct{}] `json:"forked_from_project"`
	}]
	if a.Status != http.StatusOK || !listed(a.Body, &list) {
		return malformed("gitlab", a, "list of projects")
	}
	told := 0
	for _, p := range list {
		repo, err := pipeline.NewEntity(pipeline.KindRepository, site+"/"+p.Path.String())
		if err != nil || p.Forked.Has || strings.Count(p.Path.String(), "/") != 1 {
			continue
		}
		if told++; told > mostRepositories {
			return pipeline.Fail(pipeline.Partial, "more projects than are told of one group")
		}
		t.say(a, pipeline.Observation{Predicate: "has-repository", Object: &repo, Value: map[string]any{"by": "gitlab", "fork": false, "archived": bool(p.Archived)}})
	}
	if a.Header.Get("X-Next-Page") != "" {
		return pipeline.Fail(pipeline.Partial, "more pages of projects than are read")
	}
	return nil
}
