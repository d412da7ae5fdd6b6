package technical

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// gitHubRepo reads what is public of a repository at GitHub: what it is, what it
// is written in, at which domains its authors have their mail, and which
// practices its files show. Of people it tells nothing.
func gitHubRepo() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "github-repo", Title: "Facts and practices of a repository (GitHub)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindRepository},
			Produces: []pipeline.Predicate{"repository-facts", "written-in", "commit-domain", "repository-practice"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity, pipeline.OnlineID},
			Mode:     pipeline.Passive, Origin: "github", Grade: "A2",
			Source:  gitHub,
			Sends:   []pipeline.Kind{pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 48, Bytes: 32 << 20}, // four questions, two of a policy, ten workflows, and two repeats of each
			Timeout: time.Minute,
			MayUse:  []string{gitHubToken},
			Derive:  derivative(gitHubShape),
		},
		Collect: readGitHubRepo,
	}
}

// gitHubShape is what derivatives keep of answers about a repository.
var gitHubShape = derive.Shape{"fork": derive.Flag, "archived": derive.Flag, "private": derive.Flag, "size": derive.Quantity, "stargazers_count": derive.Quantity,
	"forks_count": derive.Quantity, "open_issues_count": derive.Quantity, "created_at": derive.Technical, "pushed_at": derive.Technical,
	"tree": derive.Count, "truncated": derive.Flag, "sha": derive.Technical}

func readGitHubRepo(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	owner, name, err := repositoryAt(subject, "github.com")
	if err != nil {
		return err
	}
	a, err := askGitHub(ctx, net, "repository", at("repos", owner, name), "json")
	if err != nil || a.Status == http.StatusNotFound && isMessage(a.Body) { // gone, or private
		return err
	}
	t := &teller{emit: emit}
	if public, err := tellRepository(a, t); err != nil || !public {
		return err
	}
	asks := []func() error{
		func() error { return nil }, func() error { return nil }, func() error { return nil },
	}
	several(len(asks), func(i int) { asks[i] = gitHubParts[i](ctx, net, owner, name, t) })
	var errs []error
	for _, tell := range asks {
		errs = append(errs, tell())
	}
	return t.end(errs...)
}

// gitHubParts ask about a part of a repository each, at once. What they return
// tells it: one after the other.
var gitHubParts = []func(ctx context.Context, net *collectors.View, owner, name string, t *teller) (tell func() error){
	askLanguages, askCommits, askPractices,
}

// tellRepository tells what a repository is, if it is public: one that only the
// operator's key opens is as good as none.
func tellRepository(a *collectors.Answer, t *teller) (public bool, err error) {
	var r struct {
		FullName       loose.Text   `json:"full_name"`
		Stars          loose.Number `json:"stargazers_count"`
		Forks          loose.Number `json:"forks_count"`
		Issues         loose.Number `json:"open_issues_count"`
		Created        loose.Time   `json:"created_at"`
		Pushed         loose.Time   `json:"pushed_at"`
		Branch         loose.Text   `json:"default_branch"`
		Size           loose.Number
		Archived, Fork loose.Truth
		Private        loose.YesNo
		License        loose.Object[struct {
			SPDX loose.Text `json:"spdx_id"`
		}]
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &r) != nil || r.FullName == "" || !r.Private.Is {
		return false, malformed("github", a, "repository")
	}
	if r.Private.Yes {
		return false, nil
	}
	facts := map[string]any{"archived": bool(r.Archived), "fork": bool(r.Fork)}
	for key, n := range map[string]loose.Number{"stars": r.Stars, "forks": r.Forks, "open_issues": r.Issues, "size_kb": r.Size} {
		if n.Is {
			facts[key] = n.Value
		}
	}
	put(facts, "created", r.Created.RFC3339())
	put(facts, "pushed", r.Pushed.RFC3339())
	put(facts, "licence", word(r.License.Of.SPDX.String()))
	put(facts, "branch", word(r.Branch.String()))
	t.say(a, pipeline.Observation{Predicate: "repository-facts", Value: facts})
	return true, nil
}

// askLanguages asks what a repository is written in.
func askLanguages(ctx context.Context, net *collectors.View, owner, name string, t *teller) func() error {
	a, err := askGitHub(ctx, net, "languages", at("repos", owner, name, "languages"), "json")
	return func() error {
		var bytes map[string]loose.Number
		switch {
		case err != nil:
			return err
		case a.Status != http.StatusOK || json.Unmarshal(a.Body, &bytes) != nil:
			return malformed("github", a, "table of languages")
		}
		total := 0.0
		for l, n := range bytes {
			if n.Value < 0 || word(l) == "" {
				delete(bytes, l)
			}
			total += max(n.Value, 0)
		}
		for _, l := range slices.Sorted(maps.Keys(bytes)) {
			if total > 0 && bytes[l].Value/total >= 0.01 {
				t.say(a, pipeline.Observation{Predicate: "written-in", Value: map[string]any{"language": l, "share": round2(bytes[l].Value / total)}})
			}
		}
		return nil
	}
}
