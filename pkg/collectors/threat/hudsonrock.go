package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// hudsonRock asks on how many machines that thieves have emptied somebody had
// logged in at a domain. Only counts and dates are told: which pages, which
// passwords and whose, never.
func hudsonRock() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "hudsonrock", Title: "How many log-ins at a domain thieves hold (Hudson Rock)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"exposed-logins"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.OnlineID, pipeline.BreachFact},
			Mode:     pipeline.Passive, Origin: "hudsonrock", Grade: "B3",
			Source: pipeline.Source{
				Name: "hudsonrock", Family: "stealer-logs", Base: "https://cavalier.hudsonrock.com/api/json/v2/osint-tools", Country: "IL",
				Terms: "https://cavalier.hudsonrock.com/docs", Commercial: pipeline.UnknownOK, Verified: "2026-11-26",
				Slots: 1, Interval: time.Second, Class: pipeline.BreachIndex, Access: pipeline.AccessOpen,
			},
			Sends:     []pipeline.Kind{pipeline.KindDomain},
			OnRequest: "--with hudsonrock",
			Timeout:   time.Minute,
			Ceiling:   pipeline.Ceiling{Requests: 3, Bytes: 16 << 20},
			Derive: derive.JSON(derive.Shape{"total": derive.Quantity, "employees": derive.Quantity, "users": derive.Quantity, "third_parties": derive.Quantity,
				"last_employee_compromised": derive.Filled, "last_user_compromised": derive.Filled}),
		},
		Collect: readHudsonRock,
	}
}

func readHudsonRock(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "domain", URL: "/search-by-domain?domain=" + url.QueryEscape(subject.Value), Accept: "json", NoFollow: true})
	if err != nil {
		return err
	}
	var x struct {
		Employees, Users loose.Number
		Third            loose.Number `json:"third_parties"`
		LastEmployee     loose.Time   `json:"last_employee_compromised"`
		LastUser         loose.Time   `json:"last_user_compromised"`
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &x) != nil || !x.Employees.Is || !x.Users.Is {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("hudsonrock answered %d with something that counts nothing", a.Status))
	}
	emit = provenBy(a, emit)
	if x.Employees.Value+x.Users.Value+x.Third.Value <= 0 {
		emit(pipeline.Observation{Predicate: "exposed-logins", Denies: true})
		return nil
	}
	newest := x.LastUser
	if x.Employees.Value > 0 && !x.LastEmployee.IsZero() { // the date that matters is that of its own people
		newest = x.LastEmployee
	}
	emit(pipeline.Observation{Predicate: "exposed-logins", Category: pipeline.Technical, Value: stated(map[string]any{"employees": x.Employees.Value, "users": x.Users.Value,
		"third_parties": counted(x.Third), "newest": newest.RFC3339(), "by": "Hudson Rock"})})
	return nil
}
