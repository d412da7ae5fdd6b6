package technical

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// some returns a text that looks like a secret: it is made here, so that none
// stands in this file.
func some(n int, alphabet string) string {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}

const (
	hexes  = "0123456789abcdef"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	mixed  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// samples are one secret of each sort, as it stands in a file.
var samples = map[string]string{
	"aws-access-key":            "key: AKIA" + some(16, upper),
	"aws-secret-key":            `aws_secret_access_key = "` + some(40, mixed) + `"`,
	"aws-bedrock-key":           "ABSK" + some(110, mixed),
	"gcp-api-key":               "key=AIza" + some(35, mixed),
	"gcp-oauth-secret":          "GOCSPX-" + some(28, mixed),
	"azure-storage-key":         "AccountName=a;AccountKey=" + some(86, mixed) + "==;",
	"azure-client-secret":       "'" + some(3, mixed) + "8Q~" + some(34, mixed) + "'",
	"digitalocean-token":        "dop_v1_" + some(64, hexes),
	"github-token":              "ghp_" + some(36, mixed),
	"github-fine-grained-token": "github_pat_" + some(22, mixed) + "_" + some(59, mixed),
	"gitlab-token":              "glpat-" + some(20, mixed),
	"bitbucket-token":           "ATBB" + some(32, mixed),
	"slack-token":               "xoxb-" + some(12, hexes[:10]) + "-" + some(24, mixed),
	"slack-webhook":             "https://hooks.slack.com/services/T" + some(8, upper) + "/B" + some(8, upper) + "/" + some(24, mixed),
	"discord-webhook":           "https://discord.com/api/webhooks/" + some(18, "123456789") + "/" + some(68, mixed),
	"teams-webhook":             "https://acme.webhook.office.com/webhookb2/" + some(36, hexes) + "@" + some(36, hexes) + "/IncomingWebhook/" + some(32, hexes) + "/" + some(36, hexes),
	"telegram-bot-token":        "bot: " + some(9, "123456789") + ":AA" + some(33, mixed),
	"stripe-key":                "sk_" + "live_" + some(24, mixed),
	"stripe-webhook-secret":     "whsec_" + some(32, mixed),
	"square-token":              "sq0atp-" + some(22, mixed),
	"paypal-token":              "access_token$production$" + some(16, hexes) + "$" + some(32, hexes),
	"shopify-token":             "shpat_" + some(32, hexes),
	"twilio-key":                "twilio SK" + some(32, hexes),
	"sendgrid-key":              "SG." + some(22, mixed) + "." + some(43, mixed),
	"mailgun-key":               "mailgun key-" + some(32, hexes),
	"mailchimp-key":             some(32, hexes) + "-us12",
	"npm-token":                 "npm_" + some(36, mixed),
	"npmrc-token":               "//registry.npmjs.org/:_authToken=" + some(36, hexes),
	"pypi-token":                "pypi-AgEIcHlwaS5vcmc" + some(80, mixed),
	"rubygems-key":              "rubygems_" + some(48, hexes),
	"crates-token":              "cio" + some(32, mixed),
	"docker-hub-token":          "dckr_pat_" + some(27, mixed),
	"openai-key":                "sk-" + some(20, mixed) + "T3Blbk" + "FJ" + some(20, mixed),
	"anthropic-key":             "sk-ant-api03-" + some(95, mixed),
	"hugging-face-token":        "hf_" + some(34, letter),
	"vault-token":               "hvs." + some(95, mixed),
	"terraform-token":           some(14, mixed) + ".atlasv1." + some(67, mixed),
	"cloudflare-ca-key":         "v1.0-" + some(24, hexes) + "-" + some(146, hexes),
	"new-relic-key":             "NRAK-" + some(27, upper),
	"datadog-key":               "DD_API_KEY=" + some(32, hexes),
	"sentry-token":              "sntrys_" + some(80, mixed),
	"grafana-token":             "glsa_" + some(32, mixed) + "_" + some(8, hexes),
	"age-key":                   "AGE-SECRET-KEY-1" + some(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
	"private-key":               "-----BEGIN RSA PRIVATE " + "KEY-----",
	"json-web-token":            "eyJ" + some(20, mixed) + ".eyJ" + some(40, mixed) + "." + some(43, mixed),
	"password-in-url":           "postgres://track:" + some(12, mixed) + "@db.corp.example/track",
	"authorization-header":      `"Authorization": "Bearer ` + some(40, mixed) + `"`,
	"generic-secret":            `session_secret = "` + some(32, mixed) + `"`,
}

// Every rule knows its sort of secret, on its line, and not what is almost one.
func TestEverySecretIsKnown(t *testing.T) {
	for _, r := range secretRules {
		sample, ok := samples[r.id]
		if !ok {
			t.Errorf("%s has no sample", r.id)
			continue
		}
		got := scan("first line\n"+sample+"\nlast\n", marked)
		if len(got) != 1 || got[0].rule != r.id || got[0].line != 2 {
			t.Errorf("%s: found %+v in %s", r.id, got, sample)
			continue
		}
		want := "" // of what may be a password
		if !r.plain && r.id != privateKey {
			want = marked(r.form().FindStringSubmatch(sample)[1])
		}
		if got[0].fingerprint != want {
			t.Errorf("%s: has the mark %q, want %q", r.id, got[0].fingerprint, want)
		}
		if r.id != "private-key" {
			if got := scan(sample[:len(sample)/2], marked); len(got) > 0 && got[0].rule == r.id {
				t.Errorf("%s takes half of one for one: %+v", r.id, got)
			}
		}
	}
	if len(samples) != len(secretRules) {
		t.Errorf("%d samples of %d sorts", len(samples), len(secretRules))
	}
}

// What looks like a secret and is none is not told.
func TestWhatIsNoSecret(t *testing.T) {
	for _, s := range []string{
		"key: AKIAIOSFODNN7EXAMPLE", "password = ${DB_PASSWORD_FROM_VAULT_2}", `password: "{{ vault.secret_9_of_track }}"`, `secret_key = os.environ["SECRET_KEY_V2"]`,
		`token: changeme-changeme-changeme-1`, `api_key = "your-api-key-goes-here-0"`, `secret: "aaaaaaaaaaaaaaaaaaaaaaaa1"`, "postgres://track:password1@localhost/track",
		"postgres://track:$PGPASS99@db/track", `token = "` + some(32, mixed) + `" # gitleaks:allow`, "secrets: arn:aws:secretsmanager:eu-west-1:1:x", "sk_" + "test_" + some(24, mixed),
		"-----BEGIN PUBLIC KEY-----", "integrity: sha512-" + some(60, mixed), "passwordMinimumLength: 16", "\x00AKIA" + some(16, upper), "secret: !vault /very/long/path/1/to/it",
	} {
		if got := scan(s, marked); len(got) > 0 {
			t.Errorf("%q: %+v", s, got)
		}
	}
}

// A secret that stands twice is one; of one text no more than fifty are told.
func TestSecretsAreCountedOnce(t *testing.T) {
	one := samples["github-token"]
	if got := scan(one+"\n"+one, marked); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	var many strings.Builder
	for i := range 80 {
		many.WriteString("ghp_" + some(30, mixed) + strings.Repeat(string(mixed[i%62]), 3) + some(3, mixed[i%50:]) + "\n")
	}
	if got := scan(many.String(), marked); len(got) != mostLeaks {
		t.Errorf("%d", len(got))
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range scan(s, marked) {
			if l.line < 1 || l.line > strings.Count(s, "\n")+1 || l.rule == "" {
				t.Errorf("%+v", l)
			}
		}
	})
}

func TestLikely(t *testing.T) {
	for file, want := range map[string]int{
		".env": 1, "deploy/prod.env": 1, ".env.production": 1, ".env.example": 0, "certs/server.pem": 1, "infra/prod.tfvars": 1, "config/secrets.yml": 1, ".docker/config.json": 1,
		"src/config.js": 2, "app/settings.py": 2, "docker-compose.yml": 2, ".github/workflows/x.yml": 3, "Dockerfile": 3, "README.md": 0, "vendor/x/.env": 0,
		"web/node_modules/a/config.js": 0, "src/main.go": 0, "package-lock.json": 0, "testdata/server.key": 0,
	} {
		if got := suspicion(file); got != want {
			t.Errorf("%s: %d, want %d", file, got, want)
		}
	}
	var many []gitFile
	for range 30 {
		many = append(many, gitFile{some(len(many)+3, letter) + ".env", 10})
	}
	many = append(many, gitFile{"huge.env", 1 << 30}, gitFile{"empty.env", 0})
	if paths, left := likely(many); len(paths) != mostScanned || !left {
		t.Errorf("%d files, %t", len(paths), left)
	}
	if paths, left := likely(append(many[:mostScanned], gitFile{"x.sh", 5})); len(paths) != mostScanned || left {
		t.Errorf("%d files, %t", len(paths), left)
	}
}

func TestWorkflow(t *testing.T) {
	const tail = "jobs:\n  a:\n    steps:\n"
	for _, c := range []struct{ name, text, want string }{
		{"by a tag", tail + "      - uses: actions/checkout@v4\n", "1 of 1"},
		{"by a commit", tail + "      - uses: actions/checkout@" + some(40, hexes) + " # v4\n", "0 of 1"},
		{"its own", tail + "      - uses: ./.github/actions/x\n", "0 of 0"},
		{"an image by digest", tail + "      - uses: docker://alpine@sha256:" + some(64, hexes) + "\n", "0 of 1"},
		{"a comment", tail + "      # - uses: actions/checkout@v4\n", "0 of 0"},
		{"quoted", tail + "      - \"uses\": 'actions/checkout@main'\r\n", "1 of 1"},
		{"secrets", tail + "        A: ${{ secrets.DEPLOY_KEY }}\n", "0 of 0 secrets"},
		{"the token alone", tail + "        A: ${{ secrets.GITHUB_TOKEN }}\n", "0 of 0"},
		{"all of them", tail + "    secrets: inherit\n", "0 of 0 secrets"},
		{"limited", "permissions:\n  contents: read\n" + tail, "0 of 0 limited"},
		{"everything", "permissions: write-all\n" + tail, "0 of 0 limited all"},
		{"strangers", "on: [push, pull_request_target]\n" + tail, "0 of 0 target"},
		{"strangers' code", "on:\n  pull_request_target:\n" + tail + "          ref: ${{ github.event.pull_request.head.sha }}\n", "0 of 0 target head"},
		{"a word in a text", tail + "      - run: echo pull_request_target\n", "0 of 0"},
	} {
		w := parseWorkflow(c.text)
		got := string(rune('0'+len(w.loose))) + " of " + string(rune('0'+w.uses))
		for _, x := range []struct {
			is   bool
			word string
		}{{w.secrets, "secrets"}, {w.limited, "limited"}, {w.writeAll, "all"}, {w.target, "target"}, {w.head, "head"}} {
			if x.is {
				got += " " + x.word
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func FuzzWorkflow(f *testing.F) {
	f.Add("on: pull_request_target\npermissions: {}\n- uses: a/b@v1\n")
	f.Fuzz(func(t *testing.T, s string) {
		w := parseWorkflow(s)
		if len(w.loose) > w.uses {
			t.Errorf("%+v", w)
		}
		for _, a := range w.loose {
			if a == "" || utf8.ValidString(s) && !utf8.ValidString(a) {
				t.Errorf("%q", a)
			}
		}
	})
}
