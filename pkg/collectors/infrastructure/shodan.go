package infrastructure

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// shodanKey is how Shodan takes its key, and nothing else.
var shodanKey = collectors.Credential{Name: "SHODAN_API_KEY", Parameter: "key"}

// shodanSource is Shodan's paid interface. It answers once in a second, which its
// two collectors share.
func shodanSource(name string) pipeline.Source {
	return pipeline.Source{
		Name: name, Family: "internet-survey", Base: "https://api.shodan.io", Country: "US",
		Terms: "https://www.shodan.io/legal/terms", Commercial: pipeline.Contract, Verified: "2026-11-23",
		Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour, Class: pipeline.Commercial,
	}
}

// shodan reads what Shodan saw at an address, service by service. Look-ups of
// addresses cost a member nothing. Of a banner it tells protocol, product and
// version, and the greeting where that has the form of its protocol's: the rest
// is text in which anything may stand.
func shodan() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "shodan", Title: "Services, products and weaknesses at an address (Shodan)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"listens-on", "service-banner", "runs", "has-vulnerability", "reverse-name", "used-as", "exposes-data"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "shodan", Grade: "B2",
			Source:  shodanSource("shodan"),
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 3},
			Keys:    []string{shodanKey.Name},
			Derive:  derive.JSON(shodanShape),
		},
		Collect: readShodan,
	}
}

// shodanShape leaves out banners, and where an address is taken to be.
var shodanShape = derive.Shape{
	"ip_str": derive.Technical, "hostnames": derive.Every(derive.Technical), "ports": derive.Every(derive.Quantity),
	"asn": derive.Technical, "last_update": derive.Technical, "error": derive.Filled,
	"data": derive.Each(derive.Shape{"port": derive.Quantity, "transport": derive.OneOf("tcp", "udp"), "data": derive.Filled, "timestamp": derive.Technical}),
}

func readShodan(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "host", URL: "/shodan/host/" + subject.Value, Accept: "json", NoFollow: true, Credential: shodanKey})
	if err != nil {
		return meaning(err, 403, pipeline.Blocked, "shodan tells this to members only")
	}
	var h shodanHost
	bad := json.Unmarshal(a.Body, &h) != nil
	switch {
	case a.Truncated:
		return pipeline.Fail(pipeline.Partial, "shodan says more of the address than is read")
	case bad:
		return pipeline.Fail(pipeline.Malformed, "shodan sent something that is not about the address")
	case a.Status == 404 && strings.HasPrefix(h.Error.String(), "No information available"):
		return nil
	case h.Error != "":
		return shodanError(h.Error.String())
	case a.Status != 200 || h.IP.String() != subject.Value:
		return pipeline.Fail(pipeline.Malformed, "shodan sent something that is not about the address")
	}
	return h.tell(subject, func(o pipeline.Observation) {
		o.Exchanges = a.Exchanges()
		emit(o)
	})
}

// shodanError reads an error that came in an answer's place. Its text is not
// told: it may repeat what was sent.
func shodanError(text string) error {
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, "credits"):
		return pipeline.Fail(pipeline.QuotaExceeded, "shodan says that the credits of the key are used up")
	case strings.Contains(low, "rate limit"):
		return pipeline.Fail(pipeline.RateLimited, "shodan says that it is asked too often")
	case strings.Contains(low, "membership"), strings.Contains(low, "access denied"):
		return pipeline.Fail(pipeline.Blocked, "shodan tells this to members only")
	case strings.Contains(low, "api key"):
		return pipeline.Fail(pipeline.Unauthorized, "shodan does not take SHODAN_API_KEY; osint keys set SHODAN_API_KEY")
	}
	return pipeline.Fail(pipeline.Malformed, "shodan sent an error in the place of an answer")
}

// shodanHost is what Shodan says of an address.
type shodanHost struct {
	Error     loose.Text
	IP        loose.Text `json:"ip_str"`
	Hostnames loose.List[loose.Text]
	Tags      loose.List[loose.Text]
	Ports     loose.List[loose.Number]
	Vulns     json.RawMessage // a list of names, or an object by name
	Data      loose.List[shodanService]
}

// shodanService is what it says of one service.
type shodanService struct {
	Port      loose.Number
	Transport loose.Text
	Product   loose.Text
	Version   loose.Text
	Banner    loose.Text                                `json:"data"`
	Seen      loose.Time                                `json:"timestamp"`
	CPEs      loose.List[loose.Text]                    `json:"cpe23"`
	About     loose.Object[struct{ Module loose.Text }] `json:"_shodan"`
	Vulns     json.RawMessage

	// What a module could read without a log-in.
	MongoDB loose.Object[struct {
		Authentication *loose.Truth
		List           loose.Object[struct {
			Size loose.Number `json:"totalSize"`
		}] `json:"listDatabases"`
	}]
	Redis, Elastic, CouchDB, Docker, Etcd, Hive, InfluxDB loose.Object[struct{}]
	Kubernetes                                            loose.Object[struct{ Nodes loose.List[struct{}] }]
	SMB                                                   loose.Object[struct {
		Anonymous loose.Truth
		Shares    loose.List[struct{}]
	}]
}
