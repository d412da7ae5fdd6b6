package technical

// secretRules are the sorts of secrets that are known, the most exact first: by
// the marks that their makers put into them so that they can be found. The last
// ones know only where a secret stands.
//
// One that is plain may be a password of six letters: it gets no mark.
var secretRules = []secretRule{
	{"aws-access-key", []string{"akia", "asia", "abia", "acca"}, lazily(`\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b`), 3, false},
	{"aws-secret-key", []string{"aws"}, lazily(`(?i)aws.{0,20}?(?:secret|key).{0,20}?[=:\s"']([A-Za-z0-9/+]{40})(?:["'\s]|$)`), 4, false},
	{"aws-bedrock-key", []string{"absk"}, lazily(`\b(ABSK[A-Za-z0-9+/]{100,260}={0,2})`), 4, false},
	{"gcp-api-key", []string{"aiza"}, lazily(`\b(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$)`), 3.5, false},
	{"gcp-oauth-secret", []string{"gocspx-"}, lazily(`\b(GOCSPX-[0-9A-Za-z_-]{28})(?:[^0-9A-Za-z_-]|$)`), 3, false},
	{"azure-storage-key", []string{"accountkey="}, lazily(`AccountKey=([A-Za-z0-9+/]{86}==)`), 4, false},
	{"azure-client-secret", []string{"8q~", "7q~"}, lazily(`(?:^|[\s"'=:])([A-Za-z0-9_~.]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})(?:[\s"']|$)`), 3, false},
	{"digitalocean-token", []string{"dop_v1_", "doo_v1_", "dor_v1_"}, lazily(`\b(do[opr]_v1_[a-f0-9]{64})\b`), 3, false},
	{"github-token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, lazily(`\b(gh[pousr]_[A-Za-z0-9]{36})\b`), 3, false},
	{"github-fine-grained-token", []string{"github_pat_"}, lazily(`\b(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b`), 3, false},
	{"gitlab-token", []string{"glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-"}, lazily(`\b(gl(?:pat|dt|rt|ptt|cbt|soat|ft)-[A-Za-z0-9_.-]{20,120})`), 3, false},
	{"bitbucket-token", []string{"atbb", "atctt3", "atatt3"}, lazily(`\b(AT(?:BB[A-Za-z0-9]{32}|[CA]TT3[A-Za-z0-9_=-]{100,240}))`), 3, false},
	{"slack-token", []string{"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"}, lazily(`\b(xox[bpars]-[0-9A-Za-z-]{20,150}|xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,16}-[a-f0-9]{32,80})`), 3, false},
	{"slack-webhook", []string{"hooks.slack.com"}, lazily(`https://hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{30,70})`), 3, false},
	{"discord-webhook", []string{"discord"}, lazily(`https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/([0-9]{17,20}/[A-Za-z0-9_-]{60,80})`), 3, false},
	{"teams-webhook", []string{"webhook.office.com"}, lazily(`https://[a-z0-9-]+\.webhook\.office\.com/webhookb2/([a-f0-9@/-]{30,120}/IncomingWebhook/[a-f0-9]{32}/[a-f0-9-]{36})`), 3, false},
	{"telegram-bot-token", []string{"telegr", "bot"}, lazily(`\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?:[^A-Za-z0-9_-]|$)`), 3, false},
	{"stripe-key", []string{"_live_"}, lazily(`\b([sr]k_live_[0-9A-Za-z]{24,99})\b`), 3, false},
	{"stripe-webhook-secret", []string{"whsec_"}, lazily(`\b(whsec_[A-Za-z0-9+/=]{32,64})`), 3, false},
	{"square-token", []string{"sq0atp-", "sq0csp-", "eaaa"}, lazily(`\b(sq0(?:atp|csp)-[0-9A-Za-z_-]{22,43}|EAAA[A-Za-z0-9_-]{60})\b`), 3, false},
	{"paypal-token", []string{"access_token$production$"}, lazily(`\b(access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32})\b`), 3, false},
	{"shopify-token", []string{"shpat_", "shpca_", "shppa_", "shpss_"}, lazily(`\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})\b`), 3, false},
	{"twilio-key", []string{"twilio", "sk"}, lazily(`\b(SK[0-9a-f]{32})\b`), 3, false},
	{"sendgrid-key", []string{"sg."}, lazily(`\b(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})(?:[^A-Za-z0-9_-]|$)`), 3, false},
	{"mailgun-key", []string{"mailgun"}, lazily(`\b(key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})\b`), 3, false},
	{"mailchimp-key", []string{"-us"}, lazily(`\b([0-9a-f]{32}-us[0-9]{1,2})\b`), 3, false},
	{"npm-token", []string{"npm_"}, lazily(`\b(npm_[A-Za-z0-9]{36})\b`), 3, false},
	{"npmrc-token", []string{"_authtoken"}, lazily(`:_authToken\s*=\s*["']?([A-Za-z0-9_=-]{20,200})`), 3, true},
	{"pypi-token", []string{"pypi-ageichlwas5vcmc"}, lazily(`\b(pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000})`), 3, false},
	{"rubygems-key", []string{"rubygems_"}, lazily(`\b(rubygems_[a-f0-9]{48})\b`), 3, false},
	{"crates-token", []string{"cio"}, lazily(`\b(cio[A-Za-z0-9]{32})\b`), 3.5, false},
	{"docker-hub-token", []string{"dckr_pat_", "dckr_oat_"}, lazily(`\b(dckr_[po]at_[A-Za-z0-9_-]{27,32})(?:[^A-Za-z0-9_-]|$)`), 3, false},
	{"openai-key", []string{"t3blbkfj"}, lazily(`\b(sk-(?:[a-z]{3,8}-)?[A-Za-z0-9_-]{20,90}T3BlbkFJ[A-Za-z0-9_-]{20,90})`), 3, false},
	{"anthropic-key", []string{"sk-ant-"}, lazily(`\b(sk-ant-[a-z]{3,5}[0-9]{2}-[A-Za-z0-9_-]{80,110})`), 3, false},
	{"hugging-face-token", []string{"hf_"}, lazily(`\b(hf_[A-Za-z]{34})\b`), 3, false},
	{"vault-token", []string{"hvs.", "hvb."}, lazily(`\b(hv[sb]\.[A-Za-z0-9_-]{90,300})`), 3, false},
	{"terraform-token", []string{".atlasv1."}, lazily(`\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})`), 3, false},
	{"cloudflare-ca-key", []string{"v1.0-"}, lazily(`\b(v1\.0-[a-f0-9]{24}-[a-f0-9]{146})\b`), 3, false},
	{"new-relic-key", []string{"nrak-"}, lazily(`\b(NRAK-[A-Z0-9]{27})\b`), 3, false},
	{"datadog-key", []string{"datadog", "dd_"}, lazily(`(?i)(?:datadog|dd)[_-]?(?:api|app)[_-]?key["']?\s*[=:]\s*["']?([a-f0-9]{32}(?:[a-f0-9]{8})?)\b`), 3, false},
	{"sentry-token", []string{"sntrys_", "sntryu_"}, lazily(`\b(sntry[su]_[A-Za-z0-9+/=_]{60,300})`), 3, false},
	{"grafana-token", []string{"glsa_", "glc_"}, lazily(`\b(glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,3})`), 3, false},
	{"age-key", []string{"age-secret-key-1"}, lazily(`\b(AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})\b`), 3, false},
	{privateKey, []string{"private key"}, lazily(`(-----BEGIN (?:[A-Z0-9]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----)`), 0, false},
	{"json-web-token", []string{"eyj"}, lazily(`\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})`), 3.5, false},
	{"password-in-url", []string{"://"}, lazily(`\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|smtps?|ldaps?|ftps?|sftp)://[^\s:/@"']{1,64}:([^\s:/@"']{6,128})@[A-Za-z0-9.-]`), 2.5, true},
	{"authorization-header", []string{"authorization"}, lazily(`(?i)\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+([A-Za-z0-9_.~+/=-]{20,400})`), 3.5, true},
	{"generic-secret", []string{"secret", "token", "passw", "apikey", "api_key", "api-key", "access_key", "auth_key", "credential"},
		lazily(`(?i)(?:secret|token|passwd|password|api[_-]?key|access[_-]?key|auth[_-]?key|credential)s?["']?\s*(?:=|:|=>|:=)\s*["']?([A-Za-z0-9_.~+/=!@#%^&*-]{16,150})(?:["'\s;,]|$)`), 3.6, true},
}

// privateKey is the one sort of which the form knows but the first line.
const privateKey = "private-key"
