package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// thc reads the names below a domain from what The Hacker's Choice has gathered
// of DNS. A first page says how many there are; if they are more, the whole
// list is had by a second question.
func thc() collectors.Entry {
	spec := listsNames("thc", "Names below a domain, as seen in DNS (ip.thc.org)", "thc", "C3", pipeline.Source{
		Name: "thc", Family: "passive-dns", Base: "https://ip.thc.org", Country: "DE",
		Terms: "https://ip.thc.org/docs", Commercial: pipeline.UnknownOK, Verified: "2026-11-26",
		Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour,
	})
	spec.Ceiling.Requests = 6
	return collectors.Entry{Spec: spec, Collect: readTHC}
}

func readTHC(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	found := newNameList(subject.Value)
	more, err := thcPage(ctx, net, found)
	if err != nil {
		return err
	}
	if more {
		err = partly(thcWhole(ctx, net, found), "the rest")
	}
	return found.toldThen(emit, err)
}

// thcPage gets the first names, and whether there are more.
func thcPage(ctx context.Context, net *collectors.View, found *nameList) (more bool, err error) {
	body, err := json.Marshal(map[string]any{"domain": found.domain, "limit": 100, "page_state": ""})
	if err != nil {
		return false, err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "subdomains", Method: "POST", URL: "/api/v1/lookup/subdomains", Body: body, Asks: true,
		Header: map[string][]string{"Content-Type": {"application/json"}}, Accept: "json", NoFollow: true})
	if err != nil {
		return false, err
	}
	var page struct {
		Domains json.RawMessage `json:"domains"`
		Next    loose.Text      `json:"next_page_state"`
	}
	var rows loose.List[struct {
		Domain loose.Text `json:"domain"`
		Last   loose.Time `json:"last_seen_on"`
	}]
	if a.Status != 200 || json.Unmarshal(a.Body, &page) != nil || !bytes.HasPrefix(page.Domains, []byte("[")) || json.Unmarshal(page.Domains, &rows) != nil {
		return false, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a page of names is due", a.Status))
	}
	for _, row := range rows {
		found.add(row.Domain.String(), time.Time{}, row.Last.Time, a.Exchange)
	}
	return page.Next != "", nil
}

// thcWhole gets the list, a name a line. One that is as long as it may be, or
// that has nothing below the domain, is not the whole of it.
func thcWhole(ctx context.Context, net *collectors.View, found *nameList) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "download", NoFollow: true,
		URL: fmt.Sprintf("/api/v1/subdomains/download?domain=%s&limit=%d&hide_header=true", url.QueryEscape(found.domain), maxCertifiedNames+1)})
	if err != nil {
		return err
	}
	lines := 0
	for line := range strings.Lines(string(a.Body)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), ","); a.Status == 200 && strings.HasSuffix(bare(strings.Trim(name, `"`)), "."+found.domain) {
			found.add(strings.Trim(name, `"`), time.Time{}, time.Time{}, a.Exchange)
			lines++
		}
	}
	switch {
	case lines == 0:
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a list of names is due", a.Status))
	case lines > maxCertifiedNames || a.Truncated:
		return pipeline.Fail(pipeline.Partial, "there are more names than are read")
	}
	return nil
}
