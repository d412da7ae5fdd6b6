package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// Names that are there are told with what they do; one of the subject's own is
// said to be, an ending that makes names up gives none, and silence is no
// absence.
func TestLookalikes(t *testing.T) {
	const acme = "-- dns://modernco.example --\n@ NS ns1\n@ A 192.0.2.1\nns1 A 192.0.2.53\n\n"
	counts := func(o *trial.Told) string {
		for _, l := range o.Lines {
			if strings.Contains(l, "lookalikes-tried") {
				return l
			}
		}
		return ""
	}
	o := trial.Tell(t, infrastructure.All(), "lookalikes", "modernco.example", acme+`-- dns://rnodernco.example --
@ NS ns1.other.test.
@ A 192.0.2.66
@ MX 10 mx.other.test.
-- dns://moderco.example --
@ NS ns1.bodis.com.
@ MX 0 .
-- dns://modernco.shop --
@ NS ns1.modernco.example.
`)
	o.Ends(t, pipeline.OK, "")
	tried := counts(o)
	o.Says(t, tried,
		"modernco.example looks-like domain:rnodernco.example map[by:look-alike letters distance:2 mail:true own:false parked:false web:true]",
		"modernco.example looks-like domain:moderco.example map[by:omission distance:1 mail:false own:false parked:true web:false]",
		"modernco.example looks-like domain:modernco.shop map[by:other ending distance:0 mail:false own:true parked:false web:false]")
	if !strings.Contains(tried, "found:3") || !strings.Contains(tried, "unclear:0") {
		t.Error(tried)
	}
	o = trial.Tell(t, infrastructure.All(), "lookalikes", "modernco.example", acme+"-- dns://shop --\n* NS ns.wild.test.\n* A 192.0.2.9\n")
	o.Ends(t, pipeline.OK, "")
	if got := counts(o); !strings.Contains(got, "found:0") || !strings.Contains(got, "unclear:1") {
		t.Errorf("an ending that answers for all: %s", got)
	}
	o = trial.Tell(t, infrastructure.All(), "lookalikes", "modernco.example", acme+"-- dns://moderco.example --\n@ NS ns1.bodis.com.\n\n-- host://moderco.example --\ndns rcode SERVFAIL\n")
	if got := counts(o); !strings.Contains(got, "found:0") || !strings.Contains(got, "unclear:1") {
		t.Errorf("a name whose servers fail: %s", got)
	}
	o = trial.Tell(t, infrastructure.All(), "lookalikes", "somebody.github.io", acme)
	o.Ends(t, pipeline.Skipped, "nobody else can register")
}
