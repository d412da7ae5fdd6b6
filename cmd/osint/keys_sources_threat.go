package main

import (
	"context"
	"fmt"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
)

// askAbuseIPDB asks about an address that is everybody's own, and reads what its
// headers say of the day. It is one of the requests that are allowed.
func askAbuseIPDB(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct{ Data loose.Object[struct{}] }
	a, err := askKey(ctx, net, key, "/check?maxAgeInDays=1&ipAddress=127.0.0.1", &b)
	if err != nil {
		return keySaid{}, err
	}
	if !b.Data.Has {
		return keySaid{}, errKeyUnread
	}
	return keySaid{left: leftOf(header(a, "X-RateLimit-Remaining"), header(a, "X-RateLimit-Limit"), "today")}, nil
}

// header reads a number in the head of an answer.
func header(a *collectors.Answer, name string) (n loose.Number) {
	_ = n.UnmarshalJSON([]byte(a.Header.Get(name))) // what is none is not told
	return n
}

func askVirusTotal(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	type quota struct {
		User loose.Object[struct{ Allowed, Used loose.Number }]
	}
	var b struct {
		Data loose.Object[struct {
			Day   loose.Object[quota] `json:"api_requests_daily"`
			Month loose.Object[quota] `json:"api_requests_monthly"`
		}]
	}
	if _, err := askKey(ctx, net, key, "/users/"+key.Path+"/overall_quotas", &b); err != nil {
		return keySaid{}, err
	}
	if !b.Data.Has {
		return keySaid{}, errKeyUnread
	}
	left := func(q quota, what string) string {
		return leftOf(minus(q.User.Of.Allowed, q.User.Of.Used), q.User.Of.Allowed, what)
	}
	return keySaid{left: joinTold(left(b.Data.Of.Day.Of, "today"), left(b.Data.Of.Month.Of, "this month"))}, nil
}

func askGreyNoise(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct{ Message, Offering, Expiration loose.Text }
	if _, err := askKey(ctx, net, key, "/ping", &b); err != nil {
		return keySaid{}, err
	}
	if b.Message != "pong" {
		return keySaid{}, errKeyUnread
	}
	return keySaid{b.Offering.String(), goodUntil(b.Expiration)}, nil
}

func askHIBP(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct {
		Name  loose.Text   `json:"SubscriptionName"`
		Until loose.Text   `json:"SubscribedUntil"`
		Rpm   loose.Number `json:"Rpm"`
	}
	if _, err := askKey(ctx, net, key, "/subscription/status", &b); err != nil {
		return keySaid{}, err
	}
	if b.Name == "" && !b.Rpm.Is {
		return keySaid{}, errKeyUnread
	}
	pace := ""
	if b.Rpm.Is {
		pace = fmt.Sprintf("%.0f a minute", b.Rpm.Value)
	}
	return keySaid{b.Name.String(), joinTold(pace, goodUntil(b.Until))}, nil
}

func askIntelX(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	type credit struct{ Credit, CreditMax loose.Number }
	var b struct {
		Paths loose.Object[map[string]loose.Object[credit]]
	}
	if _, err := askKey(ctx, net, key, "/authenticate/info", &b); err != nil {
		return keySaid{}, err
	}
	if !b.Paths.Has {
		return keySaid{}, errKeyUnread
	}
	c := b.Paths.Of["/intelligent/search"].Of
	return keySaid{left: leftOf(c.Credit, c.CreditMax, "searches")}, nil
}

// askMISP asks which version answers, which only those are told who are let in.
func askMISP(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct{ Version loose.Text }
	a, err := askKey(ctx, net, key, "/servers/getVersion", &b)
	if err != nil {
		return keySaid{}, forbids(a, err)
	}
	if b.Version == "" {
		return keySaid{}, errKeyUnread
	}
	return keySaid{plan: "MISP " + b.Version.String()}, nil
}

func askOTX(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct {
		ID   loose.Text `json:"user_id"`
		Name loose.Text `json:"username"`
	}
	a, err := askKey(ctx, net, key, "/api/v1/users/me", &b)
	if err != nil {
		return keySaid{}, forbids(a, err)
	}
	if b.ID == "" && b.Name == "" {
		return keySaid{}, errKeyUnread
	}
	return keySaid{}, nil
}
