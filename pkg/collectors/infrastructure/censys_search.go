package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// censysSearch searches Censys for certificates that name what lies below a
// domain. Each page takes credits of a paid plan, so that it runs when it is
// named.
func censysSearch() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "censys-search", Title: "Names below a domain in certificates (Censys; takes credits of a paid plan)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Passive, Origin: "certificate-transparency", Grade: "B2",
			Source:    censysSource,
			Sends:     []pipeline.Kind{pipeline.KindDomain},
			Ceiling:   pipeline.Ceiling{Requests: censysPages},
			Timeout:   time.Minute,
			Keys:      []string{censysKey.Name},
			MayUse:    []string{censysAccount.Name},
			OnRequest: "--with censys-search",
			Derive:    derive.JSON(derive.Shape{"result": derive.Within(derive.Shape{"total_hits": derive.Quantity, "hits": derive.Count, "next_page_token": derive.Filled})}),
		},
		Collect: searchCensys,
	}
}

// censysPages is how many pages of one search are read.
const censysPages = 4

func searchCensys(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	told, seen, after := map[pipeline.Entity]bool{}, map[string]bool{}, ""
	for page := 1; ; page++ {
		names, next, x, err := censysPage(ctx, net, subject.Value, after)
		if err != nil && page > 1 {
			return partly(err, fmt.Sprintf("page %d", page))
		}
		if err != nil {
			return err
		}
		for _, text := range names {
			name, ok := nameBelow(text, subject.Value)
			if !ok || told[name] {
				continue
			}
			if len(told) == maxCertifiedNames {
				return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d names that are told", maxCertifiedNames))
			}
			told[name] = true
			emit(pipeline.Observation{Predicate: "has-name", Object: &name, Exchanges: x})
		}
		switch {
		case next == "":
			return nil
		case seen[next]:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d leads back to one that was read", page))
		case page == censysPages:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d pages that are read", censysPages))
		}
		seen[next], after = true, next
	}
}

// censysPage gets one page, and the token of the next.
func censysPage(ctx context.Context, net *collectors.View, domain, after string) (names []string, next string, x []pipeline.ExchangeID, err error) {
	q := map[string]any{"query": `cert.names: "` + domain + `"`, "fields": []string{"cert.names"}, "page_size": 100}
	if after != "" {
		q["page_token"] = after
	}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, "", nil, err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "search", Method: http.MethodPost, URL: "/v3/global/search/query", Body: body,
		Header: http.Header{"Content-Type": {"application/json"}}, Accept: "json", NoFollow: true, Credential: censysKey, Also: censysAccount})
	if err != nil {
		return nil, "", nil, meaning(err, 403, pipeline.Blocked, "censys does not search on the plan of this CENSYS_PAT, or wants CENSYS_ORG_ID")
	}
	var d struct {
		Result loose.Object[struct {
			Hits *[]struct {
				Certificate loose.Object[struct {
					Resource loose.Object[struct{ Names loose.Texts }]
				}] `json:"certificate_v1"`
			}
			Next loose.Text `json:"next_page_token"`
		}]
	}
	if a.Status != 200 || json.Unmarshal(a.Body, &d) != nil || d.Result.Of.Hits == nil {
		return nil, "", nil, pipeline.Fail(pipeline.Malformed, "censys sent no list of hits")
	}
	for _, h := range *d.Result.Of.Hits {
		names = append(names, h.Certificate.Of.Resource.Of.Names...)
	}
	return names, strings.TrimSpace(string(d.Result.Of.Next)), a.Exchanges(), nil
}
