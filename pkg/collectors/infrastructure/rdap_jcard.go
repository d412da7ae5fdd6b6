package infrastructure

import (
	"cmp"
	"encoding/json"
	"strings"

	"osint/pkg/collectors/loose"
)

// A card is what a jCard (RFC 7095) says that is of use here.
type card struct {
	kind         string // individual, org, group; mostly ""
	name         string
	organization string
	emails       []string
	phones       []string // fax numbers apart
	country      string   // of the postal address, ISO 3166-1
}

// parseCard reads ["vcard", [[name, parameters, type, value...]...]]. What it
// can't read it leaves out: a record is worth having without its contacts.
func parseCard(raw json.RawMessage) card {
	var c card
	var whole []json.RawMessage
	if json.Unmarshal(raw, &whole) != nil || len(whole) < 2 {
		return c
	}
	var properties [][]json.RawMessage
	if json.Unmarshal(whole[1], &properties) != nil {
		return c
	}
	for _, p := range properties {
		c.property(p)
	}
	return c
}

func (c *card) property(p []json.RawMessage) {
	if len(p) < 4 {
		return
	}
	var name loose.Text
	var parameters struct {
		Type loose.Texts `json:"type"`
		CC   loose.Text  `json:"cc"` // RFC 8605
	}
	var values loose.Texts
	if name.UnmarshalJSON(p[0]) != nil || values.UnmarshalJSON(p[3]) != nil {
		return
	}
	_ = json.Unmarshal(p[1], &parameters) // without them a number is taken for a voice line
	if len(values) == 0 {
		if !strings.EqualFold(string(name), "adr") { // of an address that is kept back the country may stand beside it
			return
		}
		values = loose.Texts{""}
	}
	first := strings.TrimSpace(values[0])
	switch strings.ToLower(string(name)) {
	case "adr":
		c.country = country(cmp.Or(string(parameters.CC), values[len(values)-1]))
	case "kind":
		c.kind = strings.ToLower(first)
	case "fn":
		c.name = first
	case "org":
		c.organization = first
	case "email":
		c.emails = append(c.emails, first)
	case "tel":
		if !strings.Contains(strings.ToLower(strings.Join(parameters.Type, " ")), "fax") {
			number, _, _ := strings.Cut(first, ";") // ";ext=12"
			c.phones = append(c.phones, number)
		}
	}
}

// contact returns the card's holder in a role. Where the card does not say
// what sort its holder is, the name is taken for a person's, which is held
// more closely; those who take reports of abuse are a desk.
func (c card) contact(role string) contact {
	out := contact{role: role, organization: c.organization, emails: c.emails, phones: c.phones, country: c.country}
	desk := c.kind == "" && (role == "abuse" || role == "noc")
	switch {
	case c.kind == "org", c.kind == "group", desk:
		if withheld(out.organization) {
			out.organization = c.name
		}
	default:
		out.person = c.name
	}
	return out
}
