package technical

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// gitHub is the interface of GitHub. Without a key it answers sixty questions an
// hour from one address, and every collector here draws on them.
var gitHub = pipeline.Source{
	Name: "github", Family: "github", Base: "https://api.github.com", Country: "US",
	Terms: "https://docs.github.com/en/site-policy/github-terms/github-terms-of-service", Commercial: pipeline.Yes, Verified: "2026-11-23",
	Slots: 2, Interval: 100 * time.Millisecond, TTL: 6 * time.Hour,
	Class: pipeline.SocialMedia, Access: pipeline.AccessOpen, Published: true,
}

// gitHubRaw serves the files of public repositories as they are. It does not draw
// on the allowance of the interface.
const gitHubRaw = "https://raw.githubusercontent.com"

// gitHubToken is what raises the allowance to five thousand an hour.
const gitHubToken = "GITHUB_TOKEN"

// askGitHub puts one question to the interface.
func askGitHub(ctx context.Context, net *collectors.View, operation, path, accept string) (*collectors.Answer, error) {
	a, err := net.HTTP(ctx, collectors.Request{
		Operation: operation, URL: path, Accept: accept, NoFollow: true, MaxBytes: 8 << 20,
		Header:     http.Header{"X-Github-Api-Version": {"2022-11-28"}},
		Credential: collectors.Credential{Name: gitHubToken, Header: "Authorization", Scheme: "Bearer"},
	})
	if err != nil {
		return a, gitHubFailure(a, err)
	}
	return a, nil
}

// gitHubFailure tells a spent allowance, which comes as a 403, from a refusal.
func gitHubFailure(a *collectors.Answer, err error) error {
	if a == nil || a.Status != http.StatusForbidden && a.Status != http.StatusTooManyRequests {
		return err
	}
	spent := a.Header.Get("X-Ratelimit-Remaining") == "0"
	if !spent && a.Header.Get("Retry-After") == "" && !bytes.Contains(bytes.ToLower(a.Body), []byte("rate limit")) {
		return err
	}
	reason := "github wants to be asked more slowly; osint keys set " + gitHubToken + " raises its allowance"
	if s, err := strconv.ParseInt(a.Header.Get("X-Ratelimit-Reset"), 10, 64); spent && err == nil && s > 0 && s < 1<<33 {
		reason = "github's allowance is used up until " + time.Unix(s, 0).UTC().Format("15:04") + " UTC; osint keys set " + gitHubToken + " raises it"
	}
	return pipeline.Fail(pipeline.RateLimited, reason)
}

// readRaw fetches files of a repository's default branch, in their order. What is
// not there any more, or no text, has no answer; the error is the first failure.
func readRaw(ctx context.Context, net *collectors.View, owner, name string, paths []string, most int64) ([]*collectors.Answer, error) {
	answers, errs := make([]*collectors.Answer, len(paths)), make([]error, len(paths))
	several(len(paths), func(i int) {
		answers[i], errs[i] = net.HTTP(ctx, collectors.Request{
			Operation: "file", URL: gitHubRaw + at(owner, name, "HEAD") + escapePath(paths[i]), Accept: "text/plain", NoFollow: true, MaxBytes: most,
		})
	})
	for i, a := range answers {
		if errs[i] != nil {
			errs[i] = gitHubFailure(a, errs[i])
		}
	}
	return answers, onlyFiles("github", answers, errs)
}
