package infrastructure

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/technology"
	"osint/pkg/pipeline"
)

// emitContent reports what a page shows: its title, the products behind it,
// whose scripts it loads. It returns where its icons lie.
func emitContent(emit collectors.Emit, server pipeline.Entity, a *collectors.Answer) (icons []string, err error) {
	rules, err := technology.Own()
	if err != nil {
		return nil, err
	}
	proof := []pipeline.ExchangeID{a.Exchange}
	seen := technology.Answer{Header: a.Header, Path: pathOf(a.URL)}
	if isHTML(a) {
		seen.Page = technology.ReadPage(a.Body)
		icons = seen.Page.Icons
		emitHTML(emit, server, a.URL, seen.Page, proof)
	} else {
		seen.Text = string(a.Body[:min(len(a.Body), maxText)])
	}
	emitProducts(emit, server, rules.Detect(seen), proof)
	for _, hop := range a.Hops[:len(a.Hops)-1] {
		if way := serverOf(hop.URL); way != server {
			emitProducts(emit, way, rules.Detect(technology.Answer{Header: hop.Header}), []pipeline.ExchangeID{hop.Exchange})
		}
	}
	return icons, nil
}

// maxText is how much of an answer that is no HTML is looked at, in bytes.
const maxText = 64 << 10

// isHTML reports whether an answer is a page: by what it says, or if it says
// nothing, by how it begins.
func isHTML(a *collectors.Answer) bool {
	media, _, _ := strings.Cut(strings.ToLower(a.Header.Get("Content-Type")), ";")
	switch strings.TrimSpace(media) {
	case "text/html", "application/xhtml+xml":
		return true
	case "":
		return bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<"))
	}
	return false
}

// emitProducts reports what runs on a server, and where that was seen. We saw
// the signs ourselves, but a sign is a server's word: it is graded as such, and
// what only follows from another product lower.
func emitProducts(emit collectors.Emit, server pipeline.Entity, found []technology.Product, proof []pipeline.ExchangeID) {
	for _, p := range found {
		tech, err := pipeline.NewEntity(pipeline.KindTechnology, strings.TrimSuffix(p.Name+"/"+p.Version, "/"))
		if err != nil {
			continue
		}
		grade := pipeline.Grade("B2")
		if strings.HasPrefix(p.Seen[0], "implied by") {
			grade = "B3"
		}
		emit(pipeline.Observation{Subject: server, Predicate: "runs", Object: &tech, Exchanges: proof, Grade: grade,
			Value: map[string]any{"category": string(p.Category), "seen": strings.Join(p.Seen, ", ")}})
	}
}

// emitHTML reports what only a page of HTML has.
func emitHTML(emit collectors.Emit, server pipeline.Entity, at string, p *technology.Page, proof []pipeline.ExchangeID) {
	if p.Title != "" {
		emit(pipeline.Observation{Subject: server, Predicate: "page-title", Value: p.Title, Exchanges: proof})
	}
	if p.Listing {
		emit(pipeline.Observation{Subject: server, Predicate: "lists-folder", Value: cut(pathOf(at), 200), Exchanges: proof})
	}
	for _, s := range foreignScripts(at, p.Scripts) {
		emit(pipeline.Observation{Subject: server, Predicate: "third-party-script", Exchanges: proof,
			Value: map[string]any{"host": s.host, "scripts": s.scripts, "unprotected": s.unprotected}})
	}
}

// scriptHost is a host of another domain from which a page loads scripts.
type scriptHost struct {
	host                 string
	scripts, unprotected int // unprotected: the page does not say which digest they must have
}

// maxScriptHosts bounds how many hosts of one page are told.
const maxScriptHosts = 50

// foreignScripts returns the hosts that do not belong to the page's own
// registrable domain, by name.
func foreignScripts(at string, scripts []technology.Script) []scriptHost {
	page, err := url.Parse(at)
	if err != nil {
		return nil
	}
	home := registrableOf(page.Hostname())
	var hosts []scriptHost
	for _, s := range scripts {
		src, err := page.Parse(s.Src)
		if err != nil || src.Scheme != "http" && src.Scheme != "https" {
			continue
		}
		name, err := pipeline.NewName(src.Hostname())
		if err != nil || name.Registrable() == home {
			continue
		}
		i := slices.IndexFunc(hosts, func(h scriptHost) bool { return h.host == name.Value })
		if i < 0 {
			if len(hosts) == maxScriptHosts {
				continue
			}
			i, hosts = len(hosts), append(hosts, scriptHost{host: name.Value})
		}
		hosts[i].scripts++
		if !s.Integrity {
			hosts[i].unprotected++
		}
	}
	slices.SortFunc(hosts, func(a, b scriptHost) int { return cmp.Compare(a.host, b.host) })
	return hosts
}

func pathOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Path
}
