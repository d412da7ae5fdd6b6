package threat_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const fileMD5, fileSHA256 = "44d88612fea8a8f36de82e1278abb02f", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

const hashWorld = `
-- dns://. --
hashlookup.circl.lu. A 203.0.113.200

-- https://hashlookup.circl.lu/lookup/md5/` + fileMD5 + ` --
Content-Type: application/json

{"FileName":"C:\\Windows\\System32\\track.dll","FileSize":"68","MD5":"44D88612FEA8A8F36DE82E1278ABB02F","SHA-256":"` + fileSHA256 + `","mimetype":"application/x-dosexec","source":"NSRL","PackageMaintainer":"Ann Thropp <ann@corp.example>","ProductCode":{"ProductName":"Track","MfgCode":1006},"hashlookup:trust":"75"}

-- https://hashlookup.circl.lu/lookup/* --
status 404
Content-Type: application/json

{"message":"Non existing SHA-256","query":"x"}
`

func TestHashLookup(t *testing.T) {
	facts, same := "file-facts map[name:track.dll size:68 type:application/x-dosexec]", "same-file filehash:"+fileSHA256
	known := "known-file map[product:Track source:NSRL trust:75 vendor:1006]"
	tryLists(t, "hashlookup", hashWorld, []listCase{
		{"a file of a system", fileMD5, "", "", pipeline.OK, "", []string{known, facts, same}},
		{"malware", fileMD5, `"source"`, `"KnownMalicious":"malshare.com","source"`, pipeline.OK, "", []string{"listed-by map[for:malware list:CIRCL hashlookup, from malshare.com]", facts, same}},
		{"no product", fileMD5, `"ProductCode":{"ProductName":"Track","MfgCode":1006}`, `"ProductCode":[]`, pipeline.OK, "", []string{"known-file map[source:NSRL trust:75]", facts, same}},
		{"not known", fileSHA256, "", "", pipeline.OK, "", []string{"not known-file"}},
		{"another file", fileMD5, `"MD5":"44`, `"MD5":"55`, pipeline.Malformed, "not about the file", nil},
		{"404 of another sort", fileSHA256, "Non existing", "Nothing at", pipeline.Malformed, "without saying", nil},
		{"404 with a page", fileSHA256, `{"message":"Non existing SHA-256","query":"x"}`, "<p>Not found</p>", pipeline.Malformed, "without saying", nil},
		{"too fast", fileMD5, "Content-Type: application/json\n\n{\"F", "status 429\n\n{\"F", pipeline.RateLimited, "", nil},
		{"a digest that it does not take", fileSHA256 + fileSHA256, "", "", pipeline.Skipped, "SHA-256", nil},
	})
}

const mhrWorld = `
-- dns://hash.cymru.com --
` + fileMD5 + ` A 127.0.0.2
` + fileMD5 + ` TXT "1795000000 87"
00112233445566778899aabbccddeeff.00112233445566778899aabbccddeeff A 127.0.0.2
`

func TestMHR(t *testing.T) {
	tryLists(t, "cymru-mhr", mhrWorld, []listCase{
		{"malware", fileMD5, "", "", pipeline.OK, "", []string{"listed-by map[code:127.0.0.2 confidence:87 for:malware last:2026-11-18T11:06:40Z list:Team Cymru MHR]"}},
		{"without a date", fileMD5, "1795000000 87", "soon", pipeline.OK, "", []string{"listed-by map[code:127.0.0.2 for:malware list:Team Cymru MHR]"}},
		{"in two labels", fileSHA256, "", "", pipeline.OK, "", []string{"listed-by map[code:127.0.0.2 for:malware list:Team Cymru MHR]"}},
		{"not known", "00112233445566778899aabbccddeeff", "", "", pipeline.OK, "", []string{"not listed-by map[for:malware list:Team Cymru MHR]"}},
		{"no zone", fileMD5, "-- dns://hash.cymru.com --", "-- dns://hash.test --", pipeline.Malformed, "not the registry's zone", nil},
		{"another code", fileMD5, "A 127.0.0.2", "A 127.0.0.3", pipeline.Malformed, "none of its codes", nil},
		{"mute", fileMD5, "-- dns://hash", "-- host://hash.cymru.com --\ndns rcode SERVFAIL\n\n-- dns://hash", pipeline.Unreachable, "SERVFAIL", nil},
		{"a digest that it does not take", fileSHA256 + fileSHA256, "", "", pipeline.Skipped, "SHA-256", nil},
	})
}
