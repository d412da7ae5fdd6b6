package technical

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// askCommits asks for the last hundred commits, of which the domains of their
// authors' mail are told.
func askCommits(ctx context.Context, net *collectors.View, owner, name string, t *teller) func() error {
	a, err := askGitHub(ctx, net, "commits", at("repos", owner, name, "commits")+"?per_page=100", "json")
	return func() error {
		var commits loose.List[struct {
			Commit loose.Object[struct {
				Author loose.Object[struct{ Email loose.Text }]
			}]
		}]
		switch {
		case a != nil && a.Status == http.StatusConflict && isMessage(a.Body): // nothing was ever committed
			return nil
		case err != nil:
			return err
		case a.Status != http.StatusOK || !listed(a.Body, &commits):
			return malformed("github", a, "list of commits")
		}
		var mails []string
		for _, c := range commits {
			mails = append(mails, c.Commit.Of.Author.Of.Email.String())
		}
		tellMailDomains(a, mails, t)
		return nil
	}
}

// tellMailDomains counts the mailboxes of commits by domain. A domain where one
// author alone has his mail may be his own, and name him: such are counted
// together, under no name. Addresses that a forge makes up lead to nobody.
func tellMailDomains(a *collectors.Answer, mails []string, t *teller) {
	people, commits := map[string]map[string]bool{}, map[string]int{}
	for _, m := range mails {
		e, err := pipeline.NewEntity(pipeline.KindEmail, m)
		if err != nil {
			continue
		}
		domain := e.Hostname()
		if noReply(domain) {
			continue
		}
		if people[domain] == nil {
			people[domain] = map[string]bool{}
		}
		people[domain][e.Value] = true
		commits[domain]++
	}
	alone, theirs := 0, 0
	for _, d := range slices.Sorted(maps.Keys(people)) {
		if len(people[d]) == 1 {
			alone, theirs = alone+1, theirs+commits[d]
			continue
		}
		t.say(a, pipeline.Observation{Predicate: "commit-domain", Value: map[string]any{"domain": d, "people": len(people[d]), "commits": commits[d]}})
	}
	if alone > 0 {
		t.say(a, pipeline.Observation{Predicate: "commit-domain", Value: map[string]any{"domain": "", "people": alone, "commits": theirs}})
	}
}

// noReply reports whether a domain is one of mailboxes that a forge makes up.
func noReply(domain string) bool {
	return domain == "github.com" || strings.HasPrefix(domain, "users.noreply.") || strings.HasSuffix(domain, ".noreply.github.com") || strings.HasSuffix(domain, ".local") || strings.HasSuffix(domain, ".localdomain")
}
