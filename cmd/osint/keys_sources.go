package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// keyChecks are the credentials that a source can be asked about, by their names.
// Of the others nothing is documented by their sources.
var keyChecks = map[string]keyCheck{
	"ABUSEIPDB_API_KEY": {source: "abuseipdb", ask: askAbuseIPDB, costs: true, key: inHeader("Key")},
	"CENSYS_PAT":        {source: "censys", ask: askCensys, key: bearer},
	"ETHERSCAN_API_KEY": {source: "etherscan", ask: askEtherscan, key: inQuery("apikey")},
	"GITHUB_TOKEN":      {source: "github", ask: askGitHub, key: bearer},
	"GITLAB_TOKEN":      {source: "gitlab", ask: askGitLab, key: inHeader("Private-Token")},
	"GREYNOISE_API_KEY": {source: "greynoise", ask: askGreyNoise, key: inHeader("key")},
	"HIBP_API_KEY":      {source: "hibp-search", ask: askHIBP, key: inHeader("hibp-api-key")},
	"INTELX_API_KEY":    {source: "intelx", ask: askIntelX, key: inHeader("x-key")},
	"IPINFO_TOKEN":      {source: "ipinfo", ask: askIPinfo, costs: true, key: bearer},
	"MISP_KEY":          {source: "misp", ask: askMISP, key: inHeader("Authorization")},
	"OTX_API_KEY":       {source: "otx", ask: askOTX, key: inHeader("X-OTX-API-KEY")},

	"SECURITYTRAILS_API_KEY": {source: "securitytrails", ask: askSecurityTrails, key: inHeader("APIKEY")},
	"SHODAN_API_KEY":         {source: "shodan", ask: askShodan, key: inQuery("key")},
	"URLSCAN_API_KEY":        {source: "urlscan", ask: askURLScan, key: inHeader("Api-Key")},
	"VT_API_KEY":             {source: "virustotal", ask: askVirusTotal, key: collectors.Credential{Header: "x-apikey", Path: "KEY"}},
	"WHOISXML_API_KEY":       {source: "whoisxml", base: "https://user.whoisxmlapi.com", ask: askWhoisXML, key: inQuery("apiKey")},
}

func init() {
	for name, c := range keyChecks {
		c.key.Name = name
		keyChecks[name] = c
	}
}

var bearer = collectors.Credential{Header: "Authorization", Scheme: "Bearer"}

func inHeader(name string) collectors.Credential { return collectors.Credential{Header: name} }
func inQuery(name string) collectors.Credential  { return collectors.Credential{Parameter: name} }

// askKey asks a source one question about a credential, and reads the JSON that it
// is answered, which is there beside an error too. A 404 is no answer to it.
func askKey(ctx context.Context, net *collectors.View, key collectors.Credential, path string, into any) (*collectors.Answer, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "account", URL: path, Accept: "json", NoFollow: true, MaxBytes: 1 << 20, Credential: key})
	switch {
	case err != nil:
		return a, err
	case a.Status != 200:
		return a, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, which says nothing of the credential", a.Status))
	}
	if json.Unmarshal(a.Body, into) != nil {
		return a, errKeyUnread
	}
	return a, nil
}

// errKeyUnread is the error of an answer that has not its form.
var errKeyUnread = pipeline.Fail(pipeline.Malformed, "what it answered does not have the form that it documents")

// errKeyRefused is the error of a credential that its source does not take, said
// otherwise than by a 401.
var errKeyRefused = pipeline.Fail(pipeline.Unauthorized, "the credential is refused")

// forbids makes a 403 a refusal, where that is what the source says of a wrong
// credential. A page is none: it may be somebody on the way who keeps programs out.
func forbids(a *collectors.Answer, err error) error {
	if a != nil && a.Status == 403 && json.Valid(a.Body) {
		return errKeyRefused
	}
	return err
}

// leftOf says how much is left of what; "" where either is not told.
func leftOf(left, limit loose.Number, what string) string {
	if !left.Is || !limit.Is {
		return ""
	}
	return fmt.Sprintf("%.0f of %.0f %s", left.Value, limit.Value, what)
}

// goodUntil says when something ends; "" if that is no date.
func goodUntil(text loose.Text) string {
	t := loose.ParseTime(text.String())
	if t.IsZero() {
		return ""
	}
	return "until " + t.UTC().Format("2006-01-02")
}

// joinTold joins what there is.
func joinTold(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, ", ")
}
