package technical

import (
	"context"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// gitLab is gitlab.com, or the server that the operator names.
var gitLab = pipeline.Source{
	Name: "gitlab", Family: "gitlab", Base: "https://gitlab.com/api/v4", BaseFrom: "GITLAB_BASE_URL", Country: "US",
	Terms: "https://handbook.gitlab.com/handbook/legal/subscription-agreement/", Commercial: pipeline.Yes, Verified: "2026-11-23",
	Slots: 2, Interval: 200 * time.Millisecond, TTL: 6 * time.Hour,
	Class: pipeline.SocialMedia, Access: pipeline.AccessOpen, Published: true,
}

const gitLabToken = "GITLAB_TOKEN"

// gitLabSite is the host at which the repositories of the server lie.
func gitLabSite(net *collectors.View) string {
	if u, err := url.Parse(net.Endpoint()); err == nil && u.Hostname() != "" {
		return strings.ToLower(u.Hostname())
	}
	return "gitlab.com"
}

// askGitLab puts one question to its interface.
func askGitLab(ctx context.Context, net *collectors.View, operation, path string) (*collectors.Answer, error) {
	if e := net.Endpoint(); e != "" && !strings.Contains(e, "/api/") { // the server, as people name it
		path = "/api/v4" + path
	}
	accept := "json"
	if operation == "file" { // as it is
		accept = "text/plain"
	}
	return net.HTTP(ctx, collectors.Request{
		Operation: operation, URL: path, Accept: accept, NoFollow: true, MaxBytes: 8 << 20,
		Credential: collectors.Credential{Name: gitLabToken, Header: "Private-Token"},
	})
}
