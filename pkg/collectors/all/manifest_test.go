package all

import (
	"slices"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// unseen are the categories that a manifest declares and no world shows, each
// with the reason why it is declared all the same.
var unseen = map[string]string{
	"ct-certspotter contact":  "names of mail certificates stand in the answer, and are not told",
	"ct-crtsh contact":        "names of mail certificates stand in the answer, and are not told",
	"name-servers contact":    "a zone's contact stands in the answer, and is not told",
	"zone-transfer contact":   "a zone's contact stands in the answer, and is not told",
	"virustotal contact":      "WHOIS records stand in the answer, and are not told",
	"virustotal identity":     "WHOIS records stand in the answer, and are not told",
	"virustotal content":      "titles of pages stand in the answer, and are not told",
	"webfinger contact":       "mailboxes and numbers stand in texts about oneself, and are told as content",
	"webfinger location":      "places stand in texts about oneself, and are told as content",
	"keybase contact":         "mailboxes and numbers stand in texts about oneself, and are told as content",
	"gravatar special":        "anything may stand in a text about oneself; it is told as content, for nobody reads it to find out",
	"keybase special":         "anything may stand in a text about oneself; it is told as content, for nobody reads it to find out",
	"hibp-breaches content":   "descriptions of breaches stand in the answer, and are not told",
	"hibp-domain contact":     "mailboxes stand in the answer, and are counted",
	"hibp-domain breach":      "whose mailboxes were breached stands in the answer, and is not told",
	"malwarebazaar online-id": "the handle of who reported it stands in the answer, and is not told",
	"misp content":            "comments of attributes stand in the answer, and are not told",
	"otx content":             "descriptions of reports stand in the answer, and are not told",
	"otx online-id":           "names of their authors stand in the answer, and are not told",
	"threatfox online-id":     "the handle of who reported it stands in the answer, and is not told",
	"urlhaus online-id":       "the handle of who reported it stands in the answer, and is not told",
	"webfinger special":       "anything may stand in a text about oneself; it is told as content, for nobody reads it to find out",
	"openphish contact":       "addresses of victims stand in the URLs of phishing pages, and are not told",
	"nvd contact":             "mailboxes of who numbers weaknesses stand in the answer, and are not told",
	"dshield contact":         "the abuse desk of a network stands in the answer, and is not told",
	"arquivo content":         "anything may stand in addresses of pages; those that are told are of a few forms",
	"commoncrawl content":     "anything may stand in addresses of pages; those that are told are of a few forms",
	"wayback content":         "anything may stand in addresses of pages; those that are told are of a few forms",

	"github-org contact":            "the mailbox of an organisation's page stands in the answer, and is not told",
	"github-org online-id":          "log-ins of people stand among those that are searched, and are not told",
	"github-repo contact":           "the addresses of authors stand in the answer; their domains are told",
	"github-repo identity":          "the names of authors stand in the answer, and are not told",
	"github-repo online-id":         "the log-ins of authors stand in the answer, and are not told",
	"secret-scan credential":        "a secret stands in the answer; where, and a digest, is told",
	"secret-scan contact":           "mailboxes may stand in files, and are not told",
	"secret-scan identity":          "names may stand in files, and are not told",
	"hashlookup contact":            "who keeps a package stands in the answer, and is not told",
	"hashlookup identity":           "who keeps a package stands in the answer, and is not told",
	"onion-lookup content":          "titles of pages stand in the answer, and are not told",
	"dockerhub contact":             "the mailbox of an organisation's page stands in the answer, and is not told",
	"pypi contact":                  "the addresses of authors stand in the answer, and are not told",
	"pypi identity":                 "the names of authors stand in the answer, and are not told",
	"stackexchange identity":        "the names of who asks stand in the answer, and are not told",
	"stackexchange online-id":       "the pages of who asks stand in the answer, and are not told",
	"stackexchange content":         "the titles of questions stand in the answer, and are not told",
	"github-code credential":        "a secret stands in the answer; where, and a digest, is told",
	"github-code contact":           "mailboxes stand in lines of code, and are not told",
	"github-code identity":          "names stand in lines of code, and are not told",
	"github-code online-id":         "the log-ins of owners stand in the answer, and are not told",
	"github-code content":           "anything may stand in lines of code, which are not told",
	"gitlab-group content":          "descriptions of groups and projects stand in the answer, and are not told",
	"gitlab-repo contact":           "the addresses of authors stand in the answer; their domains are told",
	"gitlab-repo identity":          "the names of authors stand in the answer, and are not told",
	"esplora online-id":             "wallets may be a person's; sums of the ledger are told",
	"esplora-blockstream online-id": "wallets may be a person's; sums of the ledger are told",
	"etherscan online-id":           "wallets may be a person's; sums of the ledger are told",
	"secret-scan-gitlab credential": "a secret stands in the answer; where, and a digest, is told",
	"secret-scan-gitlab contact":    "mailboxes may stand in files, and are not told",
	"secret-scan-gitlab identity":   "names may stand in files, and are not told",
	"osv contact":                   "who reported a weakness stands in the answer, and is not told",
	"osv identity":                  "who reported a weakness stands in the answer, and is not told",
	"osv-cve contact":               "who reported a weakness stands in the answer, and is not told",
	"osv-cve identity":              "who reported a weakness stands in the answer, and is not told",
	"securitytrails contact":        "a zone's contact stands in the answer, and is not told",
	"shodan content":                "anything may stand in a banner; what has a protocol's form is told, and nothing else",
	"shodan-dns contact":            "a zone's contact stands in the answer, and is not told",
	"urlscan content":               "addresses of pages and their titles stand in the answer; of front pages alone the title is told",
	"censys-host contact":           "the record of the registry stands in the answer, and is not told",
	"censys-host identity":          "the record of the registry stands in the answer, and is not told",
	"buckets contact":               "mailboxes may stand in pages and in names of files, and are not told",
	"bucket-names contact":          "mailboxes may stand in names of files, which are not told",
}

// What manifests declare is what is brought, in all worlds together: nothing
// beyond it, and nothing in it that never comes and has no reason to be there.
func TestManifestsAreTrue(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range lab.Names() {
		w, err := lab.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range explore(t, serve(t, w, 0), w, 1, 5*time.Second) {
			for i := range r.said {
				for _, c := range categories(&r.said[i]) {
					if !slices.Contains(r.spec.Emits, c) {
						t.Errorf("%s: %s brings %s data, of which its manifest says nothing", name, r, c)
					}
					seen[r.spec.Name+" "+string(c)] = true
				}
				seen[r.spec.Name+" "+string(r.said[i].Predicate)] = true
			}
		}
	}
	for _, e := range Entries() {
		if e.Spec.OnRequest != "" {
			continue
		}
		for _, c := range e.Spec.Emits {
			what := e.Spec.Name + " " + string(c)
			if seen[what] == (unseen[what] != "") {
				t.Errorf("%s is declared; seen in a world: %t, said never to be: %t", what, seen[what], unseen[what] != "")
			}
		}
		for _, p := range e.Spec.Produces {
			if !seen[e.Spec.Name+" "+string(p)] && p != "in-dns" { // said of a seed that does not exist, and every seed of a world does
				t.Errorf("%s says that it produces %s, and does so in no world", e.Spec.Name, p)
			}
		}
	}
	for what := range unseen {
		if !slices.ContainsFunc(Entries(), func(e collectors.Entry) bool {
			return slices.ContainsFunc(e.Spec.Emits, func(c pipeline.Category) bool { return e.Spec.Name+" "+string(c) == what })
		}) {
			t.Errorf("%s is declared by nobody", what)
		}
	}
}
