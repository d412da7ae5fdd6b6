package compliance

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"osint/pkg/pipeline"
)

// How much a reason weighs for a jurisdiction, from 0 to 1. Where a server
// stands weighs nothing: it says where a computer is.
const (
	weighDeclared   = 1.0 // the mandate says so
	weighRegistered = 0.8 // a registry has the holder's address there
	weighDialled    = 0.6 // a telephone number has its prefix
	weighNamed      = 0.5 // a name lies below its top-level domain
	weighEnough     = 0.4
)

// places are jurisdictions (ISO 3166-1 and -2, and EU), each with the weight
// of the best reason for it.
type places map[string]float64

func (p places) add(weight float64, codes ...string) {
	for _, c := range codes {
		p[c] = max(p[c], weight)
	}
}

func (p places) join(other places) {
	for c, w := range other {
		p.add(w, c)
	}
}

// codes returns those that weigh enough, sorted; nil if none does. A country
// that is named without its part may be any: where a part of it has a law of its
// own, that counts too, for what is uncertain only ever adds a law. A part
// stands beside its country.
func (p places) codes() []string {
	var out []string
	for _, c := range slices.Sorted(maps.Keys(p)) {
		if p[c] < weighEnough {
			continue
		}
		out = append(out, c)
		if part, ok := partsWithLaw[c]; ok && !slices.ContainsFunc(slices.Collect(maps.Keys(p)), func(x string) bool { return strings.HasPrefix(x, c+"-") }) {
			out = append(out, part)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(withWholes(out))))
}

// partsWithLaw are parts of countries that have a law of their own here.
var partsWithLaw = map[string]string{"US": "US-CA", "CA": "CA-QC"}

// placesOf returns what an entity tells of a jurisdiction by its form.
func placesOf(e pipeline.Entity) places {
	p := places{}
	switch e.Kind {
	case pipeline.KindPhone:
		p.add(weighDialled, dialled(e.Value)...)
	case pipeline.KindAccount:
		site, _, _ := strings.Cut(e.Value, "/")
		p.add(weighNamed, topLevel(site)...)
	default:
		p.add(weighNamed, topLevel(e.Hostname())...)
	}
	return p
}

// worldwide are top-level domains of countries that anybody uses anywhere.
var worldwide = []string{"io", "ai", "co", "me", "tv", "cc", "fm", "ly", "gg", "sh", "to", "ws", "im", "is", "la", "vc", "st", "nu", "tk", "ml", "ga", "cf", "gq"}

// topLevel returns the country of a name's top-level domain.
func topLevel(name string) []string {
	tld := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case len(tld) != 2 || name == tld || slices.Contains(worldwide, tld):
		return nil
	}
	return countryOf(tld)
}

// countryOf returns the country that a name or a registry means by two letters;
// none where ISO 3166 has no such: it is not known then, and no country without
// law.
func countryOf(letters string) []string {
	switch code := strings.ToUpper(letters); code {
	case "UK":
		return []string{"GB"}
	case "EL":
		return []string{"GR"}
	case "EU":
		return []string{code}
	default:
		if slices.Contains(countries(), code) {
			return []string{code}
		}
		return nil
	}
}

// dialled returns the countries that share a telephone number's prefix (ITU-T
// E.164): the longest that is known.
func dialled(number string) []string {
	digits := strings.TrimPrefix(number, "+")
	for n := min(4, len(digits)); n > 0; n-- {
		if cs, ok := prefixes()[digits[:n]]; ok {
			return cs
		}
	}
	return nil
}

// prefixes returns the countries of each prefix.
var prefixes = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for _, f := range strings.Fields(prefixText) {
		code, countries, _ := strings.Cut(f, "=")
		m[code] = strings.Split(countries, ",")
	}
	return m
})

const prefixText = `1=US,CA 7=RU,KZ 76=KZ 77=KZ 20=EG 211=SS 212=MA,EH 213=DZ 216=TN 218=LY 220=GM 221=SN 222=MR 223=ML 224=GN 225=CI
226=BF 227=NE 228=TG 229=BJ 230=MU 231=LR 232=SL 233=GH 234=NG 235=TD 236=CF 237=CM 238=CV 239=ST 240=GQ 241=GA 242=CG 243=CD
244=AO 245=GW 246=IO 247=AC 248=SC 249=SD 250=RW 251=ET 252=SO 253=DJ 254=KE 255=TZ 256=UG 257=BI 258=MZ 260=ZM 261=MG 262=RE,YT
263=ZW 264=NA 265=MW 266=LS 267=BW 268=SZ 269=KM 27=ZA 290=SH 291=ER 297=AW 298=FO 299=GL 30=GR 31=NL 32=BE 33=FR 34=ES 350=GI
351=PT 352=LU 353=IE 354=IS 355=AL 356=MT 357=CY 358=FI,AX 359=BG 36=HU 370=LT 371=LV 372=EE 373=MD 374=AM 375=BY 376=AD 377=MC
378=SM 380=UA 381=RS 382=ME 383=XK 385=HR 386=SI 387=BA 389=MK 39=IT,VA 40=RO 41=CH 420=CZ 421=SK 423=LI 43=AT 44=GB,GG,IM,JE
45=DK 46=SE 47=NO,SJ 48=PL 49=DE 500=FK 501=BZ 502=GT 503=SV 504=HN 505=NI 506=CR 507=PA 508=PM 509=HT 51=PE 52=MX 53=CU 54=AR
55=BR 56=CL 57=CO 58=VE 590=GP,BL,MF 591=BO 592=GY 593=EC 594=GF 595=PY 596=MQ 597=SR 598=UY 599=CW,BQ 60=MY 61=AU,CX,CC 62=ID
63=PH 64=NZ 65=SG 66=TH 670=TL 672=NF,AQ 673=BN 674=NR 675=PG 676=TO 677=SB 678=VU 679=FJ 680=PW 681=WF 682=CK 683=NU 685=WS
686=KI 687=NC 688=TV 689=PF 690=TK 691=FM 692=MH 81=JP 82=KR 84=VN 850=KP 852=HK 853=MO 855=KH 856=LA 86=CN 880=BD 886=TW 90=TR
91=IN 92=PK 93=AF 94=LK 95=MM 960=MV 961=LB 962=JO 963=SY 964=IQ 965=KW 966=SA 967=YE 968=OM 970=PS 971=AE 972=IL 973=BH 974=QA
975=BT 976=MN 977=NP 98=IR 992=TJ 993=TM 994=AZ 995=GE 996=KG 998=UZ`
