package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// gitHubOrg finds where an organisation publishes code at GitHub: the
// organisations there whose page names the domain. Their repositories are told
// only then: a name that fits is nobody's proof.
func gitHubOrg() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "github-org", Title: "Organisations and their public repositories (GitHub)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindOrganization},
			Produces: []pipeline.Predicate{"code-home", "has-repository"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.OnlineID},
			Mode:     pipeline.Passive, Origin: "github", Grade: "B2",
			Source:  gitHub,
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindOrganization},
			Ceiling: pipeline.Ceiling{Requests: 36, Bytes: 32 << 20}, // a search, five pages, six lists, and two repeats of each
			MayUse:  []string{gitHubToken},
			Derive: derivative(derive.Shape{"total_count": derive.Quantity, "incomplete_results": derive.Flag, "items": derive.Count, "login": derive.Filled,
				"blog": derive.Technical, "is_verified": derive.Flag, "public_repos": derive.Quantity, "name": derive.Filled, "fork": derive.Flag, "archived": derive.Flag}),
		},
		Collect: readGitHubOrg,
	}
}

const (
	mostCandidates   = 5  // organisations that are looked at
	mostRepositories = 30 // of one organisation that are told, those first that were changed last
	mostRepoPages    = 3
)

func readGitHubOrg(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	found, cut, err := searchOrgs(ctx, net, subject)
	if err != nil || len(found) == 0 {
		return err
	}
	pages, errs := make([]*collectors.Answer, len(found)), make([]error, len(found))
	several(len(found), func(i int) {
		pages[i], errs[i] = askGitHub(ctx, net, "organisation", at("orgs", found[i]), "json")
	})
	t := &teller{emit: emit}
	for i, a := range pages {
		if errs[i] != nil || a.Status == http.StatusNotFound && isMessage(a.Body) { // gone since
			continue
		}
		var o codeOwner
		if a.Status != http.StatusOK || json.Unmarshal(a.Body, &o) != nil || !strings.EqualFold(o.Login.String(), found[i]) {
			errs[i] = malformed("github", a, "organisation")
			continue
		}
		proof := o.proof(subject)
		home, err := pipeline.NewEntity(pipeline.KindURL, "https://github.com"+at(found[i]))
		if proof == "" || err != nil || guessed(proof, subject) {
			continue
		}
		t.say(a, pipeline.Observation{Predicate: "code-home", Object: &home, Value: map[string]any{"by": "github", "proof": proof}, Grade: proofGrades[proof]})
		if proof != byName {
			errs = append(errs, tellRepositories(ctx, net, found[i], proof, t))
		}
	}
	if cut {
		errs = append(errs, pipeline.Fail(pipeline.Partial, "more organisations fit the name than are looked at"))
	}
	return t.end(errs...)
}

// searchOrgs returns the log-ins of organisations whose name or page has what the
// subject is called.
func searchOrgs(ctx context.Context, net *collectors.View, subject pipeline.Entity) (found []string, cut bool, err error) {
	a, err := askGitHub(ctx, net, "search", "/search/users?per_page=10&q="+url.QueryEscape(calledAs(subject)+" type:org"), "json")
	if err != nil {
		return nil, false, err
	}
	var s struct {
		Total      loose.Number `json:"total_count"`
		Incomplete loose.Truth  `json:"incomplete_results"`
		Items      *loose.List[struct{ Login, Type loose.Text }]
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &s) != nil || s.Items == nil || !s.Total.Is {
		return nil, false, malformed("github", a, "list of organisations")
	}
	for _, x := range *s.Items {
		if login := x.Login.String(); x.Type == "Organization" && isLogin(login) {
			found = append(found, login)
		}
	}
	cut = bool(s.Incomplete) || s.Total.Int() > mostCandidates
	return found[:min(len(found), mostCandidates)], cut, nil
}

// isLogin reports whether a text has the form of a name at GitHub.
func isLogin(s string) bool {
	return s != "" && len(s) <= 39 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// tellRepositories tells of an organisation's own repositories. Forks are left
// out: what stands in them others wrote.
func tellRepositories(ctx context.Context, net *collectors.View, login, proof string, t *teller) error {
	told, last := 0, ""
	for page := 1; page <= mostRepoPages; page++ {
		a, err := askGitHub(ctx, net, "repositories", at("orgs", login, "repos")+"?type=public&sort=pushed&per_page=100&page="+strconv.Itoa(page), "json")
		if err != nil {
			return err
		}
		var list loose.List[struct {
			Name                    loose.Text
			Fork, Archived, Private loose.Truth
		}]
		if a.Status != http.StatusOK || !listed(a.Body, &list) {
			return malformed("github", a, "list of repositories")
		}
		if len(list) > 0 && list[0].Name.String() == last {
			return pipeline.Fail(pipeline.Partial, "github repeats a page of repositories")
		}
		for i, r := range list {
			if i == 0 {
				last = r.Name.String()
			}
			repo, err := pipeline.NewEntity(pipeline.KindRepository, "github.com/"+login+"/"+r.Name.String())
			if err != nil || bool(r.Fork) || bool(r.Private) {
				continue
			}
			if told++; told > mostRepositories {
				return pipeline.Fail(pipeline.Partial, "more repositories than are told of one organisation")
			}
			t.say(a, pipeline.Observation{Predicate: "has-repository", Object: &repo, Grade: proofGrades[proof],
				Value: map[string]any{"by": "github", "fork": false, "archived": bool(r.Archived)}})
		}
		if !strings.Contains(a.Header.Get("Link"), `rel="next"`) {
			return nil
		}
	}
	return pipeline.Fail(pipeline.Partial, "more pages of repositories than are read")
}
