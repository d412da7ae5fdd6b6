package compliance

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"osint/pkg/pipeline/rule"
)

// A Country is a code of ISO 3166-1 ("DE") or, where a part of a country has
// law of its own, of ISO 3166-2 ("US-CA", "CA-QC").
type Country string

// countries are the officially assigned codes of ISO 3166-1 alpha-2, and XK,
// which is in use for Kosovo.
var countries = sync.OnceValue(func() []string {
	return strings.Fields(`
		AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
		CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
		GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
		KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
		MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
		SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
		UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`)
})

// parts are the subdivisions whose law the frameworks tell apart; of another
// country only the form of the code is looked at.
var parts = map[string]string{
	"CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
	"US": `AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE NH NJ NM NV NY
		OH OK OR PA PR RI SC SD TN TX UM UT VA VI VT WA WI WV WY`,
}

// usual are codes that people write and ISO does not have, or not for that.
var usual = map[string]string{"UK": "GB", "EL": "GR", "EN": "GB", "EU": "the codes of its states", "EEA": "the codes of its states", "QC": "CA-QC"}

// Check implements [rule.Checker].
func (c Country) Check() error {
	country, part, divided := strings.Cut(string(c), "-")
	meant, known := usual[strings.ToUpper(string(c))]
	switch up := strings.ToUpper(string(c)); {
	case known:
		return fmt.Errorf("%q is no code of ISO 3166: write %s", string(c), meant)
	case up != string(c) && Country(up).Check() == nil:
		return fmt.Errorf("%q is no code of ISO 3166: write %s", string(c), up)
	case !slices.Contains(countries(), country):
		return fmt.Errorf("%q is no code of ISO 3166: write two letters such as DE, or US-CA for a part of a country", string(c))
	case !divided:
		return nil
	}
	if list, ok := parts[country]; ok {
		if all := strings.Fields(list); !slices.Contains(all, part) {
			return fmt.Errorf("%s has no part %q: %s", country, part, rule.OneOf(part, all))
		}
		return nil
	}
	if len(part) < 1 || len(part) > 3 || strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return fmt.Errorf("%q is no code of ISO 3166-2: write such as US-CA or CA-QC", string(c))
	}
	return nil
}

// codes returns countries as texts, for rules of law; never nil.
func codes(cs []Country) []string {
	out := make([]string, 0, len(cs))
	for _, c := range cs {
		out = append(out, string(c))
	}
	return out
}

// withWholes returns codes of places, each part of a country with the country
// beside it: law of the whole holds in its parts.
func withWholes(places []string) []string {
	all := slices.Clone(places)
	for _, c := range places {
		if whole, _, part := strings.Cut(c, "-"); part && !slices.Contains(all, whole) {
			all = append(all, whole)
		}
	}
	return all
}
