package threat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// misp asks the operator's own MISP in which events a thing is an attribute.
// What may be passed on of an event, its label says, which is told with it.
func misp() collectors.Entry {
	kinds := []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP, pipeline.KindNetblock, pipeline.KindURL, pipeline.KindFileHash}
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "misp", Title: "Events of your own MISP that name it", Domain: pipeline.Threat,
			Consumes: kinds,
			Produces: []pipeline.Predicate{"campaign", "technique", "malware-family"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Onions:   pipeline.OnionsToo,
			Mode:     pipeline.Passive, Origin: "misp", Grade: "B3",
			Source: pipeline.Source{
				Name: "misp", Family: "misp", BaseFrom: "MISP_URL", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 2, Class: pipeline.Commercial, Access: pipeline.AccessLicensed,
			},
			Sends:   kinds,
			Keys:    []string{"MISP_URL", mispKey},
			Timeout: time.Minute,
			Ceiling: pipeline.Ceiling{Requests: 2 * mostPages},
			Derive: derive.JSON(derive.Shape{"response": derive.Within(derive.Shape{"Attribute": derive.Each(derive.Shape{"uuid": derive.Filled,
				"timestamp": derive.Filled, "Tag": derive.Count})})}),
		},
		Collect: readMISP,
	}
}

const mispKey = "MISP_KEY"

// mispPage is how many attributes one page has.
const mispPage = 100

// An attribute is one of an event.
type attribute struct {
	UUID    loose.Text
	Value   loose.Text
	Deleted loose.Truth
	At      loose.Time `json:"timestamp"`
	Last    loose.Time `json:"last_seen"`
	Event   loose.Object[struct {
		UUID loose.Text
		Info loose.Text
		Date loose.Time
		Tag  loose.List[mispTag]
	}]
	Tag loose.List[mispTag]
}

type mispTag struct{ Name loose.Text }

func readMISP(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	m := newEvents(subject, net.Now())
	err := eachAttribute(ctx, net, subject, m)
	m.tell(emit)
	return inPart(len(m.named) > 0, err)
}

// eachAttribute reads page after page, until one is not full.
func eachAttribute(ctx context.Context, net *collectors.View, subject pipeline.Entity, m *events) error {
	for page := 1; page <= mostPages; page++ {
		all, a, err := askMISP(ctx, net, subject, page)
		if err != nil {
			return err
		}
		fresh := false
		for _, x := range all {
			fresh = m.add(x, a) || fresh
		}
		switch {
		case len(all) < mispPage:
			return nil
		case !fresh:
			return pipeline.Fail(pipeline.Partial, "misp sends the same page of attributes again and again")
		}
	}
	return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than %d attributes, of which no more are read", mostPages*mispPage))
}

// askMISP asks for one page. Whoever is sent to the page where one logs in has no
// key that counts.
func askMISP(ctx context.Context, net *collectors.View, subject pipeline.Entity, page int) ([]attribute, *collectors.Answer, error) {
	question, err := json.Marshal(map[string]any{"returnFormat": "json", "value": subject.Value, "enforceWarninglist": true, "includeEventTags": true,
		"deleted": false, "limit": mispPage, "page": page})
	if err != nil {
		return nil, nil, err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "attributes", Method: http.MethodPost, URL: "/attributes/restSearch", Body: question, Accept: "json", NoFollow: true, Asks: true,
		Header: http.Header{"Content-Type": {"application/json"}}, Credential: collectors.Credential{Name: mispKey, Header: "Authorization"}})
	switch {
	case a != nil && (a.Status == http.StatusForbidden || a.Status/100 == 3 || a.Status == http.StatusOK && isLogin(a.Body)):
		return nil, nil, pipeline.Fail(pipeline.Unauthorized, fmt.Sprintf("misp asks for a log-in (HTTP status %d): it wants a %s of a user who may use the API", a.Status, mispKey))
	case err != nil:
		return nil, nil, err
	case a.Status != http.StatusOK:
		return nil, nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("misp answered %d: is MISP_URL the address of its front page?", a.Status))
	}
	all, ok := attributesOf(a.Body)
	if !ok {
		return nil, nil, pipeline.Fail(pipeline.Malformed, "misp sent something that is no list of attributes")
	}
	return all, a, nil
}

// isLogin reports whether a page has a form for a password.
func isLogin(body []byte) bool {
	return isPage(body) && bytes.Contains(bytes.ToLower(body), []byte(`type="password"`))
}

// attributesOf reads a page. An empty one may be a list instead of an object.
func attributesOf(body []byte) ([]attribute, bool) {
	var x struct{ Response json.RawMessage }
	if json.Unmarshal(body, &x) != nil || len(x.Response) == 0 {
		return nil, false
	}
	var none []json.RawMessage
	if json.Unmarshal(x.Response, &none) == nil {
		return nil, none != nil && len(none) == 0
	}
	var list struct{ Attribute json.RawMessage }
	var all loose.List[attribute]
	ok := json.Unmarshal(x.Response, &list) == nil && len(list.Attribute) > 0 && list.Attribute[0] == '[' && json.Unmarshal(list.Attribute, &all) == nil
	return all, ok
}
