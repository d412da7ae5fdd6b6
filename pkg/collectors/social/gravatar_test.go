package social_test

import (
	"fmt"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// The digest is Gravatar's own example, of an address that is typed with
// capitals and a space.
const gravatarWorld = `
-- dns://. --
api.gravatar.com. A 203.0.113.11

-- https://api.gravatar.com/v3/profiles/84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee --
Content-Type: application/json

{"hash":"84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee","display_name":"Ann Thropp","profile_url":"https://gravatar.com/annt","location":"Oslo",
"description":"Quaker.","job_title":"Optician","company":"Acme AS","pronouns":"she/her","verified_accounts":[{"service_type":"github","url":"https://github.com/annt"},
{"service_type":"tumblr","url":"https://annt.tumblr.com","is_hidden":true},{"service_type":"wordpress","url":"https://annt.wordpress.example/"}]}
`

func TestGravatar(t *testing.T) {
	whole := []string{"has-account account:gravatar.com/annt verified", "has-account account:github.com/annt verified", "has-page https://gravatar.com/annt",
		"has-page https://annt.wordpress.example/", "goes-by person:Ann Thropp", "works-for organization:Acme AS", "has-role Optician", "located-at Oslo", "describes-itself Quaker."}
	for _, c := range []struct {
		name, from, to string
		ends           pipeline.Outcome
		reason         string
		says           []string
	}{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"a place that is none", `"Oslo"`, `"write to ann@thropp.example"`, pipeline.OK, "", append(without(whole, "located-at"), "describes-itself write to ann@thropp.example")},
		{"an employer that is none", `"Acme AS"`, `"out of work since the depression, and since then at home with my child"`, pipeline.OK, "",
			append(without(whole, "works-for"), "describes-itself out of work since the depression, and since then at home with my child")},
		{"nobody", "Content-Type: application/json", "status 404\nContent-Type: application/json", pipeline.Empty, "", nil},
		{"a page that is not there", "Content-Type: application/json\n\n{", "status 404\nContent-Type: text/html\n\n<p>{", pipeline.Malformed, "404 where a profile", nil},
		{"no profile", `{"hash":"84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee","display_name":"Ann Thropp","profile_url"`, `{"title"`, pipeline.Malformed, "no profile", nil},
		{"a hundred an hour", "Content-Type: application/json", "status 429\nX-RateLimit-Reset: 1800000000\nContent-Type: application/json", pipeline.RateLimited, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(gravatarWorld, c.from) {
				t.Fatalf("no %q in the world", c.from)
			}
			got := tell(t, "gravatar", " MyEmailAddress@example.com ", strings.Replace(gravatarWorld, c.from, c.to, 1))
			var says []string
			for _, s := range c.says {
				says = append(says, "myemailaddress@example.com "+s)
			}
			got.Ends(t, c.ends, c.reason)
			got.Says(t, says...)
			for _, x := range got.Exchanges {
				if strings.Contains(x.Locator, "84059b07") {
					t.Errorf("the locator holds the digest: %s", x.Locator)
				}
			}
		})
	}
}

// Of one profile no more is told than a person has, and that more was there.
func TestGravatarOfManyAccounts(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf(`{"url":"https://github.com/u%d"}`, i))
	}
	got := tell(t, "gravatar", "myemailaddress@example.com", strings.Replace(gravatarWorld, `"verified_accounts":[`, `"verified_accounts":[`+strings.Join(many, ",")+",", 1))
	got.Ends(t, pipeline.Partial, "more than 50")
}

func without(lines []string, predicate string) (left []string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, predicate+" ") {
			left = append(left, l)
		}
	}
	return left
}
