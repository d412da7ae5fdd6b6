package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const stsZone = `
-- dns://acme.example --
@ A 192.0.2.1
@ MX 10 mx1
@ MX 20 mx2.hoster.example.
mx1 A 192.0.2.25
mta-sts A 192.0.2.2
_mta-sts TXT "v=STSv1; id=20261101T010203Z;"
`

const stsFile = `
-- https://mta-sts.acme.example/.well-known/mta-sts.txt --
Content-Type: text/plain

version: STSv1
mode: enforce
mx: mx1.acme.example
mx: *.hoster.example
max_age: 604800
`

func TestSTSPolicy(t *testing.T) {
	got := tell(t, "mta-sts", "acme.example", stsZone+stsFile)
	got.ends(t, pipeline.OK, "")
	got.says(t, `acme.example mta-sts-policy {"id":"20261101T010203Z","max_age":604800,"mode":"enforce","mx":["mx1.acme.example","*.hoster.example"],"reason":"","unmatched":[],"valid":true}`)
}

// What stops a sender from taking a policy, one thing at a time.
func TestSTSPolicyThatIsNone(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"certificate for another name", stsFile, stsFile + "-- host://mta-sts.acme.example --\ncertificate names www.acme.example\n", "certificate not trusted"},
		{"certificate of nobody", stsFile, stsFile + "-- host://mta-sts.acme.example --\ncertificate self-signed\n", "certificate not trusted"},
		{"certificate that ended", stsFile, stsFile + "-- host://mta-sts.acme.example --\ncertificate from -90d to -1d\n", "certificate has expired or is not valid yet"},
		{"a redirect", "Content-Type: text/plain\n\nversion", "redirect https://www.acme.example/mta-sts.txt\n\nversion", "answers 301"},
		{"not found", "Content-Type: text/plain\n\nversion", "status 404\n\nversion", "answers 404"},
		{"a page", "text/plain", "text/html; charset=utf-8", `sent as \"text/html\"`},
		{"too long", "max_age: 604800", "max_age: 604800\nnote: {{repeat 70000 x}}", "longer than 65536"},
		{"syntax", "mode: enforce", "mode=enforce", "is no field"},
		{"no id", "; id=20261101T010203Z;", "", "no valid id"},
		{"two records", "_mta-sts TXT", "_mta-sts TXT \"v=STSv1; id=1;\"\n_mta-sts TXT", "2 TXT records"},
	} {
		t.Run(c.name, func(t *testing.T) {
			world := strings.Replace(stsZone+stsFile, c.from, c.to, 1)
			got := tell(t, "mta-sts", "acme.example", world)
			got.ends(t, pipeline.OK, "")
			if len(got.lines) != 1 || !strings.Contains(got.lines[0], `"valid":false`) || !strings.Contains(got.lines[0], c.want) {
				t.Errorf("said %v", got.lines)
			}
		})
	}
}

func TestSTSPolicyWithoutAHost(t *testing.T) {
	got := tell(t, "mta-sts", "acme.example", strings.Replace(stsZone, "mta-sts A 192.0.2.2\n", "", 1))
	got.ends(t, pipeline.OK, "")
	got.says(t, "not acme.example mta-sts-policy")
}

// Failures are no policy and no lack of one.
func TestSTSPolicyThatNobodySaw(t *testing.T) {
	got := tell(t, "mta-sts", "acme.example", stsZone) // nobody listens
	got.ends(t, pipeline.Unreachable, "")
	got = tell(t, "mta-sts", "acme.example", stsZone+strings.Replace(stsFile, "Content-Type: text/plain", "status 503", 1))
	got.ends(t, pipeline.Unreachable, "mta-sts.acme.example answers 503")
	got.says(t, "!acme.example mta-sts-policy", "!not acme.example mta-sts-policy")
	got = tell(t, "mta-sts", "acme.example", stsZone+"-- host://_mta-sts.acme.example --\ndns rcode SERVFAIL\n"+stsFile)
	got.ends(t, pipeline.Unreachable, "_mta-sts.acme.example TXT: SERVFAIL")
}

func TestSTSHostsThatThePolicyLeavesOut(t *testing.T) {
	got := tell(t, "mta-sts", "acme.example", stsZone+strings.Replace(stsFile, "*.hoster.example", "*.elsewhere.example", 1))
	got.says(t, `acme.example mta-sts-policy {"id":"20261101T010203Z","max_age":604800,"mode":"enforce","mx":["mx1.acme.example","*.elsewhere.example"],"reason":"","unmatched":["mx2.hoster.example"],"valid":true}`)
}

// A domain that promises no policy is not asked for one.
func TestSTSWithoutAPromise(t *testing.T) {
	got := tell(t, "mta-sts", "acme.example", strings.Replace(stsZone, "_mta-sts TXT", "_mta-stz TXT", 1)+stsFile)
	got.ends(t, pipeline.Empty, "")
	if n := len(got.asked("https", "mta-sts.acme.example")); n > 0 {
		t.Errorf("asked %d times", n)
	}
}
