package infrastructure_test

import (
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

func TestBIMI(t *testing.T) {
	says := func(evidence, logo, reason, valid string) string {
		return "acme.example bimi-record map[evidence:" + evidence + " logo:" + logo + " reason:" + reason + " selector:default valid:" + valid + "]"
	}
	const svg, pem = "https://acme.example/m.svg", "https://acme.example/m.pem"
	for _, c := range []struct{ name, zone, says string }{
		{"a mark with evidence", `default._bimi TXT "v=BIMI1; l=` + svg + `; a=` + pem + `; avp=brand"`, says(pem, svg, "", "true")},
		{"a mark alone", `default._bimi TXT "v=BIMI1;l=` + svg + `?v=7;"`, says("", svg, "", "true")},
		{"none is to be shown", `default._bimi TXT "v=BIMI1; l=; a=;"`, says("", "", "", "true")},
		{"by an alias", "default._bimi CNAME brand.acme.example.\nbrand TXT \"v=BIMI1; l=" + svg + "\"", says("", svg, "", "true")},
		{"over HTTP", `default._bimi TXT "v=BIMI1; l=http://acme.example/m.svg"`, says("", "", "the mark is at no address over HTTPS", "false")},
		{"a picture of another sort", `default._bimi TXT "v=BIMI1; l=https://acme.example/m.png"`, says("", "https://acme.example/m.png", "the mark is no .svg or .svgz", "false")},
		{"evidence for nothing", `default._bimi TXT "v=BIMI1; l=; a=` + pem + `"`, says(pem, "", "it has evidence for no mark", "false")},
		{"no word of a mark", `default._bimi TXT "v=BIMI1; a="`, says("", "", "it says nothing of a mark (l=)", "false")},
		{"two records", "default._bimi TXT \"v=BIMI1; l=" + svg + "\"\ndefault._bimi TXT \"v=BIMI1; l=" + svg + "\" \" \"", says("", svg, "there are 2 records, and one may be", "false")},
		{"another's record", `default._bimi TXT "v=spf1 -all"`, "acme.example not bimi-record"},
		{"none", "", "acme.example not bimi-record"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Tell(t, infrastructure.All(), "bimi", "acme.example", "-- dns://acme.example --\n@ A 192.0.2.1\n"+c.zone+"\n")
			o.Says(t, c.says)
			o.Ends(t, pipeline.OK, "")
		})
	}
	o := trial.Tell(t, infrastructure.All(), "bimi", "acme.example", "-- dns://acme.example --\n@ A 192.0.2.1\n\n-- host://default._bimi.acme.example --\ndns rcode SERVFAIL\n")
	o.Says(t)
	o.Ends(t, pipeline.Unreachable, "SERVFAIL")
}
