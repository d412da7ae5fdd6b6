package all

import (
	"slices"

	"osint/pkg/pipeline"
)

// probes are well-known things, one of each kind, that a source of such things
// knows if it works. None is a person's.
var probes = map[pipeline.Kind]string{
	pipeline.KindDomain:        "wikipedia.org",
	pipeline.KindHost:          "www.wikipedia.org",
	pipeline.KindIP:            "8.8.8.8",
	pipeline.KindNetblock:      "8.8.8.0/24",
	pipeline.KindASN:           "AS15169",
	pipeline.KindURL:           "https://www.wikipedia.org/",
	pipeline.KindFileHash:      "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f", // the EICAR test file
	pipeline.KindVulnerability: "CVE-2021-44228",
	pipeline.KindRepository:    "github.com/golang/go",
	pipeline.KindWallet:        "bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", // of the first block
	pipeline.KindBreach:        "adobe",
	pipeline.KindTechnology:    "npm:left-pad",
	pipeline.KindOrganization:  "Wikimedia Foundation",
}

// own are probes of collectors that know one forge, registry or chain alone.
var own = map[string]string{
	"pypi":               "technology:pypi:requests",
	"crates":             "technology:cargo:serde",
	"goproxy":            "technology:go:golang.org/x/net",
	"gitlab-repo":        "repository:gitlab.com/gitlab-org/gitlab",
	"secret-scan-gitlab": "repository:gitlab.com/gitlab-org/gitlab",
	"etherscan":          "wallet:ethereum:0x00000000219ab540356cbb839cbe05303d7705fa",            // the deposit contract
	"onion-lookup":       "domain:duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", // a search engine's
}

// Probe returns what a collector is asked to see whether its source still
// answers as it did: the first kind that it takes of which something is known to
// everybody. ok is false if it takes people's identifiers only.
func Probe(s pipeline.Spec) (e pipeline.Entity, ok bool) {
	if text := own[s.Name]; text != "" {
		e, err := pipeline.ParseEntity(text)
		return e, err == nil
	}
	for _, k := range s.Consumes {
		if text := probes[k]; text != "" {
			e, err := pipeline.NewEntity(k, text)
			return e, err == nil
		}
	}
	return pipeline.Entity{}, false
}

// accuses reports whether a source tells only what is held against somebody: that
// it knows nothing of something well-known is as it should be.
func accuses(s pipeline.Spec) bool {
	return !slices.ContainsFunc(s.Produces, func(p pipeline.Predicate) bool { return !slices.Contains(accusations, p) })
}

var accusations = []pipeline.Predicate{"listed-by", "malware-family", "technique", "campaign", "served-file", "exposes-data", "exposed-logins",
	"exposed-secret", "has-bucket", "tor-relay", "scanner", "leaked-in", "breached-in", "breach-facts", "mentioned-on", "has-vulnerability", "exploited", "onion-seen", "bimi-record"}

// MustTell reports whether silence about its probe says that a source has
// changed.
func MustTell(s pipeline.Spec) bool { return s.Domain != pipeline.Social && !accuses(s) }
