package main

import (
	"context"
	"fmt"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
)

func askShodan(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct {
		Plan  loose.Text
		Query loose.Number `json:"query_credits"`
		Of    loose.Object[struct {
			Query loose.Number `json:"query_credits"`
		}] `json:"usage_limits"`
	}
	a, err := askKey(ctx, net, key, "/api-info", &b)
	if err != nil {
		return keySaid{}, forbids(a, err)
	}
	if b.Plan == "" && !b.Query.Is {
		return keySaid{}, errKeyUnread
	}
	left := leftOf(b.Query, b.Of.Of.Query, "query credits")
	if left == "" && b.Query.Is {
		left = fmt.Sprintf("%.0f query credits", b.Query.Value)
	}
	return keySaid{b.Plan.String(), left}, nil
}

// askCensys asks for the credits of the account; an organisation's are its own,
// and this key may not be let see them.
func askCensys(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	type credits struct {
		Balance loose.Number
		Resets  loose.Text `json:"resets_at"`
	}
	var b struct {
		credits
		Result loose.Object[credits]
	}
	if _, err := askKey(ctx, net, key, "/v3/accounts/users/credits", &b); err != nil {
		return keySaid{}, err
	}
	c := b.credits
	if b.Result.Has {
		c = b.Result.Of
	}
	if !c.Balance.Is {
		return keySaid{}, errKeyUnread
	}
	return keySaid{"", joinTold(fmt.Sprintf("%.0f credits of the account", c.Balance.Value), goodUntil(c.Resets))}, nil
}

// askSecurityTrails asks whether the key is good, and then what is left. The second
// may go unanswered: that says nothing of the key.
func askSecurityTrails(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var ping struct{ Success loose.Text }
	if a, err := askKey(ctx, net, key, "/ping", &ping); err != nil {
		return keySaid{}, forbids(a, err)
	}
	if ping.Success != "true" {
		return keySaid{}, errKeyUnread
	}
	var b struct {
		Used loose.Number `json:"current_monthly_usage"`
		Of   loose.Number `json:"allowed_monthly_usage"`
	}
	if _, err := askKey(ctx, net, key, "/account/usage", &b); err != nil {
		return keySaid{}, nil
	}
	return keySaid{left: leftOf(minus(b.Of, b.Used), b.Of, "this month")}, nil
}

// askURLScan asks for the quotas. Those of an address are everybody's: they are
// told of no key.
func askURLScan(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	type window struct{ Limit, Remaining loose.Number }
	var b struct {
		Scope  loose.Text
		Limits loose.Object[struct {
			Search loose.Object[struct{ Hour, Day loose.Object[window] }]
		}]
	}
	a, err := askKey(ctx, net, key, "/api/v1/quotas", &b)
	switch {
	case err != nil:
		return keySaid{}, forbids(a, err)
	case b.Scope == "ip-address":
		return keySaid{}, errKeyRefused
	case !b.Limits.Has:
		return keySaid{}, errKeyUnread
	}
	s := b.Limits.Of.Search.Of
	return keySaid{b.Scope.String(), joinTold(leftOf(s.Hour.Of.Remaining, s.Hour.Of.Limit, "searches this hour"), leftOf(s.Day.Of.Remaining, s.Day.Of.Limit, "today"))}, nil
}

// askIPinfo asks for this machine's own address, of which the source knows already.
func askIPinfo(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct{ IP loose.Text }
	a, err := askKey(ctx, net, key, "/lite/me", &b)
	if err != nil {
		return keySaid{}, forbids(a, err)
	}
	if b.IP == "" {
		return keySaid{}, errKeyUnread
	}
	return keySaid{}, nil
}

// askWhoisXML asks for the credits of WHOIS, which is product 1.
func askWhoisXML(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error) {
	var b struct {
		Data loose.List[struct {
			ID      loose.Number `json:"product_id"`
			Credits loose.Number
		}]
	}
	a, err := askKey(ctx, net, key, "/user-service/account-balance?productId=1", &b)
	if err != nil {
		return keySaid{}, forbids(a, err)
	}
	for _, p := range b.Data {
		if p.ID.Value == 1 && p.Credits.Is {
			return keySaid{"", fmt.Sprintf("%.0f credits", p.Credits.Value)}, nil
		}
	}
	return keySaid{}, errKeyUnread
}

// minus is what is left; nothing is told where either is not, or more was used than
// is allowed.
func minus(of, used loose.Number) loose.Number {
	return loose.Number{Value: max(of.Value-used.Value, 0), Is: of.Is && used.Is}
}
