package technical

import (
	"strings"
	"unicode"

	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// How the page of an organisation at a forge is known to be the subject's.
const (
	byVerified = "verified" // the forge made sure of the domain that the page names
	bySite     = "site"     // the page names the domain, or a mailbox there; anybody can type it
	byName     = "name"     // only the name fits
)

// proofGrades are what is said on the strength of each.
var proofGrades = map[string]pipeline.Grade{byVerified: "B2", bySite: "C3", byName: "D4"}

// A codeOwner is the page of an organisation at a forge.
type codeOwner struct {
	Login, Name, Blog, Email loose.Text
	Verified                 loose.Truth `json:"is_verified"`
}

// proof says how the page is known to be of the subject; "" if it is not.
func (o codeOwner) proof(subject pipeline.Entity) string {
	if subject.Kind == pipeline.KindDomain && (domainOf(o.Blog.String()) == subject.Value || domainOf(afterAt(o.Email.String())) == subject.Value) {
		if o.Verified {
			return byVerified
		}
		return bySite
	}
	want := bareWord(calledAs(subject))
	if want != "" && (bareWord(o.Login.String()) == want || bareWord(withoutForm(o.Name.String())) == want) {
		return byName
	}
	return ""
}

// calledAs is the word by which the subject is looked for: the first label of a
// domain, the name of an organisation without its legal form.
func calledAs(subject pipeline.Entity) string {
	if subject.Kind == pipeline.KindDomain {
		label, _, _ := strings.Cut(subject.Value, ".")
		return label
	}
	return withoutForm(strings.NewReplacer(`"`, "", ":", " ").Replace(subject.Value))
}

// withoutForm takes the legal form off a company's name.
func withoutForm(name string) string {
	words := strings.Fields(name)
	for len(words) > 1 && strings.Contains(" ltd limited inc incorporated llc gmbh ag ab as aps oy bv nv sa sarl srl spa plc corp corporation co kg se ", " "+bareWord(words[len(words)-1])+" ") {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// bareWord keeps letters and digits, in lower case.
func bareWord(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// domainOf returns the registrable domain of a URL or name as somebody typed it;
// "" if there is none.
func domainOf(typed string) string {
	if typed == "" {
		return ""
	}
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := pipeline.NewEntity(pipeline.KindURL, typed)
	if err != nil {
		return ""
	}
	return u.Registrable().Value
}

func afterAt(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// guessed reports whether nothing but a name leads from a domain to a page: such a
// page is as likely another's, and not told. Of an organisation there is only its
// name.
func guessed(proof string, subject pipeline.Entity) bool {
	return proof == byName && subject.Kind == pipeline.KindDomain
}
