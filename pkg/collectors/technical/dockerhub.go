package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// dockerHub looks at the organisation of Docker Hub that is called as the domain
// is. Its images are told where its page names the domain.
func dockerHub() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dockerhub", Title: "Organisation and public images (Docker Hub)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"code-home", "publishes-package"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Passive, Origin: "docker-hub", Grade: "C3",
			Source: pipeline.Source{
				Name: "docker-hub", Family: "docker-hub", Base: "https://hub.docker.com/v2", Country: "US",
				Terms: "https://www.docker.com/legal/docker-terms-service/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: 500 * time.Millisecond, TTL: 24 * time.Hour,
				Class: pipeline.BusinessDirectory, Access: pipeline.AccessOpen, Published: true,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 12, Bytes: 8 << 20},
			Derive:  derivative(derive.Shape{"orgname": derive.Filled, "profile_url": derive.Technical, "count": derive.Quantity, "results": derive.Count}),
		},
		Collect: readDockerHub,
	}
}

const (
	mostImages     = 30
	mostImagePages = 3
)

func readDockerHub(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	name := calledAs(subject)
	a, err := net.HTTP(ctx, collectors.Request{Operation: "organisation", URL: "/orgs/" + url.PathEscape(name), Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	if err != nil || a.Status == http.StatusNotFound && json.Valid(a.Body) {
		return err
	}
	var o struct {
		Name loose.Text `json:"orgname"`
		Site loose.Text `json:"profile_url"`
	}
	home, fits := pipeline.NewEntity(pipeline.KindURL, "https://hub.docker.com/u/"+url.PathEscape(name))
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &o) != nil || !strings.EqualFold(o.Name.String(), name) || fits != nil {
		return malformed("docker hub", a, "organisation")
	}
	proof := codeOwner{Login: o.Name, Blog: o.Site}.proof(subject)
	if guessed(proof, subject) {
		return nil
	}
	t := &teller{emit: emit}
	t.say(a, pipeline.Observation{Predicate: "code-home", Object: &home, Value: map[string]any{"by": "docker-hub", "proof": proof}, Grade: proofGrades[proof]})
	if proof == byName {
		return nil
	}
	return t.end(tellImages(ctx, net, name, t))
}

// tellImages tells of the public images of a namespace.
func tellImages(ctx context.Context, net *collectors.View, name string, t *teller) error {
	told, last := 0, ""
	for page := 1; page <= mostImagePages; page++ {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "images", URL: "/namespaces/" + url.PathEscape(name) + "/repositories?page_size=100&page=" + strconv.Itoa(page), Accept: "json", NoFollow: true, MaxBytes: 4 << 20})
		if err != nil {
			return err
		}
		var list struct {
			Next    loose.Text
			Results *loose.List[struct {
				Name, Namespace loose.Text
				Pulls           loose.Number `json:"pull_count"`
				Updated         loose.Time   `json:"last_updated"`
				Private         loose.Truth  `json:"is_private"`
			}]
		}
		if a.Status != http.StatusOK || json.Unmarshal(a.Body, &list) != nil || list.Results == nil {
			return malformed("docker hub", a, "list of images")
		}
		for i, r := range *list.Results {
			if i == 0 && r.Name.String() == last {
				return pipeline.Fail(pipeline.Partial, "docker hub repeats a page of images")
			} else if i == 0 {
				last = r.Name.String()
			}
			e, ok := pipeline.NewPackage("docker", name+"/"+r.Name.String(), "")
			if !ok || bool(r.Private) || r.Name == "" || !strings.EqualFold(r.Namespace.String(), name) {
				continue
			}
			if told++; told > mostImages {
				return pipeline.Fail(pipeline.Partial, "more images than are told of one organisation")
			}
			v := map[string]any{"registry": "docker", "name": word(name + "/" + r.Name.String())}
			put(v, "published", r.Updated.RFC3339())
			if r.Pulls.Is {
				v["downloads"] = r.Pulls.Value
			}
			t.say(a, pipeline.Observation{Predicate: "publishes-package", Object: &e, Value: v})
		}
		if list.Next == "" {
			return nil
		}
	}
	return pipeline.Fail(pipeline.Partial, "more pages of images than are read")
}
