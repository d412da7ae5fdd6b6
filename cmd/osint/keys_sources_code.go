package main

import (
	"context"
	"encoding/json"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

func askGitHub(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	type resource struct{ Limit, Remaining loose.Number }
	var b struct {
		Resources loose.Object[struct{ Core loose.Object[resource] }]
	}
	if _, err := askKey(ctx, net, key, "/rate_limit", &b); err != nil {
		return keySaid{}, err
	}
	c := b.Resources.Of.Core
	if !c.Has || !c.Of.Limit.Is {
		return keySaid{}, errKeyUnread
	}
	return keySaid{left: leftOf(c.Of.Remaining, c.Of.Limit, "this hour")}, nil
}

// askGitLab asks what the token is. The name that its owner gave it is not read.
func askGitLab(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct {
		Active, Revoked loose.Text
		Scopes          loose.Texts
		Expires         loose.Text `json:"expires_at"`
	}
	if _, err := askKey(ctx, net, key, "/personal_access_tokens/self", &b); err != nil {
		return keySaid{}, err
	}
	switch {
	case b.Active == "false" || b.Revoked == "true":
		return keySaid{}, errKeyRefused
	case b.Active != "true":
		return keySaid{}, errKeyUnread
	}
	return keySaid{strings.Join(b.Scopes, " "), goodUntil(b.Expires)}, nil
}

// askEtherscan reads an answer that is 200 whatever it says.
func askEtherscan(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct {
		Status loose.Text
		Result json.RawMessage
	}
	if _, err := askKey(ctx, net, key, "/v2/api?chainid=1&module=getapilimit&action=getapilimit", &b); err != nil {
		return keySaid{}, err
	}
	var text loose.Text
	_ = text.UnmarshalJSON(b.Result) // has no error
	switch low := strings.ToLower(text.String()); {
	case b.Status == "1":
	case strings.Contains(low, "invalid api key"), strings.Contains(low, "missing/invalid"):
		return keySaid{}, errKeyRefused
	case strings.Contains(low, "rate limit"), strings.Contains(low, "attempts"):
		return keySaid{}, pipeline.Fail(pipeline.RateLimited, "it was asked too often, and says nothing of the credential")
	default:
		return keySaid{}, errKeyUnread
	}
	var c struct {
		Left  loose.Number `json:"creditsAvailable"`
		Limit loose.Number `json:"creditLimit"`
		Span  loose.Text   `json:"limitInterval"`
	}
	if json.Unmarshal(b.Result, &c) != nil || !c.Limit.Is {
		return keySaid{}, errKeyUnread
	}
	return keySaid{left: strings.TrimSpace(leftOf(c.Left, c.Limit, c.Span.String()))}, nil
}
