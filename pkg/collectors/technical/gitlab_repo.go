package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// gitLabRepo is [gitHubRepo] of GitLab.
func gitLabRepo() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "gitlab-repo", Title: "Facts and practices of a repository (GitLab)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindRepository},
			Produces: []pipeline.Predicate{"repository-facts", "written-in", "commit-domain", "repository-practice"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "gitlab", Grade: "A2",
			Source:  gitLab,
			Sends:   []pipeline.Kind{pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 24, Bytes: 32 << 20},
			Timeout: time.Minute,
			MayUse:  []string{gitLabToken},
			Derive:  derivative(derive.Shape{"archived": derive.Flag, "star_count": derive.Quantity, "created_at": derive.Technical, "type": derive.OneOf("blob", "tree")}),
		},
		Collect: readGitLabRepo,
	}
}

func readGitLabRepo(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	owner, name, err := repositoryAt(subject, gitLabSite(net))
	if err != nil {
		return err
	}
	project := at("projects", owner+"/"+name)
	a, p, err := askProject(ctx, net, project)
	if err != nil || a == nil {
		return err
	}
	t := &teller{emit: emit}
	p.tell(a, t)
	parts := make([]func() error, 3)
	several(len(parts), func(i int) {
		parts[i] = []func(context.Context, *collectors.View, string, *teller) func() error{gitLabLanguages, gitLabCommits, gitLabTree}[i](ctx, net, project, t)
	})
	var errs []error
	for _, tell := range parts {
		errs = append(errs, tell())
	}
	return t.end(errs...)
}

// A gitLabProject is a repository and what GitLab has beside it.
type gitLabProject struct {
	Path       loose.Text             `json:"path_with_namespace"`
	Visibility loose.Text             // public, internal, private; not said to strangers
	Stars      loose.Number           `json:"star_count"`
	Forks      loose.Number           `json:"forks_count"`
	Issues     loose.Number           `json:"open_issues_count"`
	Created    loose.Time             `json:"created_at"`
	Active     loose.Time             `json:"last_activity_at"`
	Branch     loose.Text             `json:"default_branch"`
	Archived   loose.Truth            //
	Forked     loose.Object[struct{}] `json:"forked_from_project"`
	License    loose.Object[struct{ Key loose.Text }]
}

// askProject asks about a project. Without one that is public there is no
// answer: it is gone, or only the operator's key opens it.
func askProject(ctx context.Context, net *collectors.View, project string) (*collectors.Answer, gitLabProject, error) {
	var p gitLabProject
	a, err := askGitLab(ctx, net, "project", project)
	switch {
	case err != nil, a.Status == http.StatusNotFound && isMessage(a.Body):
		return nil, p, err
	case a.Status != http.StatusOK, json.Unmarshal(a.Body, &p) != nil, p.Path == "":
		return nil, p, malformed("gitlab", a, "project")
	case p.Visibility != "" && p.Visibility != "public":
		return nil, p, nil
	}
	return a, p, nil
}

func (r gitLabProject) tell(a *collectors.Answer, t *teller) {
	facts := map[string]any{"archived": bool(r.Archived), "fork": r.Forked.Has}
	for key, n := range map[string]loose.Number{"stars": r.Stars, "forks": r.Forks, "open_issues": r.Issues} {
		if n.Is {
			facts[key] = n.Value
		}
	}
	put(facts, "created", r.Created.RFC3339())
	put(facts, "pushed", r.Active.RFC3339())
	put(facts, "licence", word(r.License.Of.Key.String()))
	put(facts, "branch", word(r.Branch.String()))
	t.say(a, pipeline.Observation{Predicate: "repository-facts", Value: facts})
}

func gitLabLanguages(ctx context.Context, net *collectors.View, project string, t *teller) func() error {
	a, err := askGitLab(ctx, net, "languages", project+"/languages")
	return func() error {
		var percent map[string]loose.Number
		switch {
		case err != nil:
			return err
		case a.Status != http.StatusOK || json.Unmarshal(a.Body, &percent) != nil:
			return malformed("gitlab", a, "table of languages")
		}
		for _, l := range keysOf(percent) {
			if n := percent[l].Value; n >= 1 && n <= 100 && word(l) != "" {
				t.say(a, pipeline.Observation{Predicate: "written-in", Value: map[string]any{"language": l, "share": round2(n / 100)}})
			}
		}
		return nil
	}
}

func gitLabCommits(ctx context.Context, net *collectors.View, project string, t *teller) func() error {
	a, err := askGitLab(ctx, net, "commits", project+"/repository/commits?per_page=100")
	return func() error {
		var list loose.List[struct {
			Email loose.Text `json:"author_email"`
		}]
		switch {
		case err != nil:
			return err
		case a.Status == http.StatusNotFound && isMessage(a.Body): // nothing was ever committed
			return nil
		case a.Status != http.StatusOK || !listed(a.Body, &list):
			return malformed("gitlab", a, "list of commits")
		}
		var mails []string
		for _, c := range list {
			mails = append(mails, c.Email.String())
		}
		tellMailDomains(a, mails, t)
		return nil
	}
}

// gitLabTree reads the list of files, and tells what it shows.
func gitLabTree(ctx context.Context, net *collectors.View, project string, t *teller) func() error {
	files, whole, last, err := readGitLabTree(ctx, net, project)
	return func() error {
		if len(files) > 0 && !tellPractices(last, files, whole, t) && whole {
			sayPractice(t, last, "security-policy", false, "")
		}
		return err
	}
}
