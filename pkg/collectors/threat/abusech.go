package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// The sources of abuse.ch want one free key, and say in the answer itself how a
// question went. An answer names who reported a thing, by a handle, which is not
// told.

// abuseCH is a source of abuse.ch.
func abuseCH(name, family, base string) pipeline.Source {
	return pipeline.Source{
		Name: name, Family: family, Base: base, Country: "CH",
		Terms: "https://abuse.ch/terms-of-use/", Commercial: pipeline.Contract, Verified: "2026-11-23",
		Slots: 1, Class: pipeline.Commercial, Access: pipeline.AccessLicensed,
	}
}

// abuseKey is the key of all of them.
const abuseKey = "ABUSECH_AUTH_KEY"

// abuseStatus is how a question went, as derivatives keep it.
var abuseStatus = derive.OneOf("ok", "no_results", "no_result", "hash_not_found", "unknown_auth_key")

// askAbuseCH posts a question. known is false where the source says that it
// knows nothing of the subject.
func askAbuseCH(ctx context.Context, net *collectors.View, operation, path, contentType string, body []byte) (a *collectors.Answer, known bool, err error) {
	a, err = net.HTTP(ctx, collectors.Request{Operation: operation, Method: http.MethodPost, URL: path, Accept: "json", NoFollow: true, Body: body, Asks: true,
		Header: http.Header{"Content-Type": {contentType}}, Credential: collectors.Credential{Name: abuseKey, Header: "Auth-Key"}})
	if err != nil {
		return a, false, err
	}
	var said struct {
		Status loose.Text `json:"query_status"`
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &said) != nil {
		return a, false, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("abuse.ch answered %d without saying how the question went", a.Status))
	}
	switch status := said.Status.String(); status {
	case "ok":
		return a, true, nil
	case "no_results", "no_result", "hash_not_found":
		return a, false, nil
	case "unknown_auth_key", "unauthorized", "user_blacklisted":
		return a, false, pipeline.Fail(pipeline.Unauthorized, "abuse.ch does not accept "+abuseKey+": "+status)
	default:
		return a, false, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("abuse.ch answered with the status %.40q", status))
	}
}

// askAbuseForm posts a form.
func askAbuseForm(ctx context.Context, net *collectors.View, operation, path string, form url.Values) (*collectors.Answer, bool, error) {
	return askAbuseCH(ctx, net, operation, path, "application/x-www-form-urlencoded", []byte(form.Encode()))
}
