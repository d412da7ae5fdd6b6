package compliance

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"osint/pkg/pipeline"
)

// suppressionForm is the way in which entities are brought into the texts that
// lists digest. A list says which is the oldest that its entries may have; one
// that says nothing has form 1. A digest can't be made anew, so that entities
// are looked up there in the old form too.
const suppressionForm = 2

// suppressionText is what a list digests of an entity that is put on it: one text
// for all the ways in which it may be written, since one who objects doesn't list
// them. docs/suppression.md says which they are.
func suppressionText(e pipeline.Entity) string {
	if p := e.Profile(); !p.IsZero() {
		e = p
	}
	v := e.Value
	switch e.Kind {
	case pipeline.KindEmail:
		v = foldAddress(v)
	case pipeline.KindAccount:
		v = foldAccount(v)
	case pipeline.KindPerson:
		v = foldName(v)
	case pipeline.KindOrganization:
		v = foldTitle(v)
	}
	return string(e.Kind) + ":" + v
}

// suppressionTexts returns the texts under which an entity may stand on a list
// whose oldest form is so: its own; where a letter that nobody sees may stand for
// a blank, what it is then; and of a page or an account those of the accounts that
// it names.
func suppressionTexts(e pipeline.Entity, oldest int) (all []string) {
	add := func(text string) {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, e := range append([]pipeline.Entity{e}, e.Accounts()...) {
		add(suppressionText(e))
		if e.Kind == pipeline.KindPerson {
			add(string(e.Kind) + ":" + foldName(strings.Map(blankUnseen, e.Value)))
		}
		if oldest < 2 {
			add(suppressionText1(e))
			if site, name, ok := strings.Cut(e.Value, "/"); ok && e.Kind == pipeline.KindAccount {
				add(string(e.Kind) + ":" + site + "/@" + name) // it was an account of its own
			}
		}
	}
	return all
}

// suppressionText1 is form 1.
func suppressionText1(e pipeline.Entity) string {
	v := e.Value
	switch e.Kind {
	case pipeline.KindEmail:
		local, domain, _ := strings.Cut(v, "@")
		v = strings.ToLower(untagged(local)) + "@" + domain
	case pipeline.KindPerson, pipeline.KindOrganization:
		v = foldTitle(v)
	}
	return string(e.Kind) + ":" + v
}

func foldTitle(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

// untagged returns a local part without what stands behind a + in it.
func untagged(local string) string {
	if base, _, tagged := strings.Cut(local, "+"); tagged && base != "" {
		return base
	}
	return local
}

// foldAddress brings an e-mail address into one form: percent-encoding, quotes and
// backslashes of the local part undone, without its tag and the dots at its ends;
// the domain in A-labels without a dot at its end.
func foldAddress(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s
	}
	local, domain := s[:at], strings.TrimRight(s[at+1:], ".")
	if name, err := pipeline.NewName(domain); err == nil {
		domain = name.Value
	}
	for {
		was := local
		if plain, err := url.PathUnescape(local); err == nil {
			local = plain
		}
		local = strings.ReplaceAll(local, `\`, "")
		if n := len(local); n > 2 && local[0] == '"' && local[n-1] == '"' {
			local = local[1 : n-1]
		}
		local = strings.ToLower(strings.Map(seen, norm.NFKC.String(local)))
		if bare := strings.Trim(untagged(local), ". "); bare != "" {
			local = bare
		}
		if local == was {
			return local + "@" + domain
		}
	}
}

// foldAccount brings an account into one form: the site without the name of the
// host that serves telephones, the name without what isn't seen.
func foldAccount(s string) string {
	site, name, _ := strings.Cut(strings.ToLower(s), "/")
	for {
		first, rest, _ := strings.Cut(site, ".")
		if !slices.Contains([]string{"www", "m", "mobile", "old", "en"}, first) || !strings.Contains(rest, ".") {
			break
		}
		site = rest
	}
	if site = strings.TrimRight(site, "."); site == "twitter.com" {
		site = "x.com"
	}
	for {
		was := name
		name = strings.TrimLeft(strings.ToLower(strings.Map(seen, norm.NFKC.String(name))), "@")
		if name == was {
			return site + "/" + name
		}
	}
}
