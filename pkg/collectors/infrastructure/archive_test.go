package infrastructure_test

import (
	"fmt"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const waybackWorld = `
-- dns://. --
web.archive.org. A 203.0.113.206

-- https://web.archive.org/cdx/search/cdx?url=acme.example&collapse=urlkey --
Content-Type: application/json

[["timestamp","original","mimetype","statuscode"],
["20190302030405","http://ACME.example:80/","text/html","200"],
["20190302030406","http://www.acme.example/in?mail=ann@acme.example","text/html","200"],
["20200102030405","https://files.acme.example/customers.sql?k=1#x","application/sql","200"],
["20200102030406","https://files.acme.example/ann@b.example/.env","text/plain","200"],
["20200102030406","https://files.acme.example/ann%40b.example/.env","text/plain","200"],
["20200102030407","https://user:secret@files.acme.example/.env","text/plain","200"],
["20210102030405","https://other.example/.env","text/plain","200"],
["20210102030405","mailto:ann@acme.example","text/plain","200"],
[],
["com%2Cacme%29%2F+2021%21"]]

-- https://web.archive.org/cdx/search/cdx?url=acme.example&collapse=urlkey&resumeKey=com,acme)/%202021! --
Content-Type: application/json

[["timestamp","original","mimetype","statuscode"],
["20230502030405","https://yard.acme.example/admin/login.php","<b>","-"],
["1999","https://yard.acme.example/developers.sqlite/","x"]]
`

func TestWayback(t *testing.T) {
	seen := func(s string) string { return "map[first:" + s + "Z]" }
	files, sql := "has-name host:files.acme.example "+seen("2020-01-02T03:04:05"), "archived-page url:https://files.acme.example/customers.sql map[first:2020-01-02T03:04:05Z status:200 type:application/sql]"
	www := "has-name host:www.acme.example " + seen("2019-03-02T03:04:06")
	part := []string{files, sql, www, "archived map[archive:Wayback Machine pages:5 whole:false]"}
	tryList(t, "wayback", waybackWorld, append(statuses("collapse=urlkey --\n"), []listCase{
		{"two pages", "[", "[", pipeline.OK, "", []string{files, sql, www, "has-name host:yard.acme.example " + seen("2023-05-02T03:04:05"),
			"archived-page url:https://yard.acme.example/admin/login.php map[first:2023-05-02T03:04:05Z]", "archived map[archive:Wayback Machine first:2019-03-02T03:04:05Z pages:6 whole:true]"}},
		{"the second is out of order", "2021! --\n", "2021! --\nstatus 503\n", pipeline.Partial, "page 2: unreachable", part},
		{"in circles", "[[\"timestamp\",\"original\",\"mimetype\",\"statuscode\"],\n[\"20230502030405\",\"https://yard.acme.example/admin/login.php\",\"<b>\",\"-\"],\n[\"1999\",\"https://yard.acme.example/developers.sqlite/\",\"x\"]]",
			`[["timestamp","original","mimetype","statuscode"],[],["com%2Cacme%29%2F+2021%21"]]`, pipeline.Partial, "leads back", part},
		{"a key that can't be read", "%2Cacme%29%2F+2021%21", "%zz", pipeline.Malformed, "can't be read", nil},
		{"other columns", `"timestamp","original"`, `"urlkey","original"`, pipeline.Malformed, "other columns", nil},
		{"an error", "[[", `{"error":"x"}` + "\n-- https://web.archive.org/x --\n\n[[", pipeline.Malformed, "no list of rows", nil},
		{"left out at its owner's wish", "collapse=urlkey --\n", "collapse=urlkey --\nstatus 403\n\norg.archive.util.io.RuntimeIOException: AdministrativeAccessControlException\n-- https://web.archive.org/x --\n", pipeline.Blocked, "owner wished", nil},
	}...))
	tryList(t, "wayback", "-- dns://. --\nweb.archive.org. A 203.0.113.206\n\n-- https://web.archive.org/* --\n\n[]\n", []listCase{
		{"nothing kept", "[]", "[]", pipeline.Empty, "", nil},
		{"nothing said", "[]", "", pipeline.Malformed, "nothing where JSON", nil},
		{"a page that is full, and no key", "[]", `[["timestamp","original","mimetype","statuscode"]` + strings.Repeat(`,["2019","http://acme.example/","a/b","200"]`, 5000) + "]", pipeline.Partial, "does not say where the next begins",
			[]string{"archived map[archive:Wayback Machine pages:1 whole:false]"}},
	})
}

const crawlWorld = `
-- dns://. --
index.commoncrawl.org. A 203.0.113.207

-- https://index.commoncrawl.org/collinfo.json --
Content-Type: application/json

[{"id":"evil","cdx-api":"https://evil.example/CC-MAIN-2026-48-index"},{"id":"up","cdx-api":"https://index.commoncrawl.org/../x-index"},
{"id":"CC-MAIN-2026-47","cdx-api":"https://index.commoncrawl.org/CC-MAIN-2026-47-index"}]

-- https://index.commoncrawl.org/CC-MAIN-2026-47-index?url=*.acme.example&showNumPages=true --
Content-Type: application/json

{"pages":2,"pageSize":5,"blocks":7}

-- https://index.commoncrawl.org/CC-MAIN-2026-47-index?page=0 --

{"url":"https://www.acme.example/","timestamp":"20261110000000","status":"200","mime":"text/html"}
{"url":"https://www.acme.example/site-backup.zip?x=1","timestamp":"20261110000100","status":"200","mime":"application/zip"}
{"url":"https://www.acme.example/site-backup.zip?x=2","timestamp":"20261110000300","status":"200","mime":"application/zip"}

-- https://index.commoncrawl.org/CC-MAIN-2026-47-index?page=1 --

{"url":"https://a.acme.example/"}
`

func TestCommonCrawl(t *testing.T) {
	www := "has-name host:www.acme.example map[first:2026-11-10T00:00:00Z last:2026-11-10T00:03:00Z]"
	zip := "archived-page url:https://www.acme.example/site-backup.zip map[first:2026-11-10T00:01:00Z last:2026-11-10T00:03:00Z status:200 type:application/zip]"
	part := []string{www, zip, "archived map[archive:Common Crawl CC-MAIN-2026-47 pages:2 whole:false]"}
	tryList(t, "commoncrawl", crawlWorld, append(statuses("showNumPages=true --\n"), []listCase{
		{"two pages", "[", "[", pipeline.OK, "", []string{www, zip, "has-name host:a.acme.example",
			"archived map[archive:Common Crawl CC-MAIN-2026-47 first:2026-11-10T00:00:00Z last:2026-11-10T00:03:00Z pages:3 whole:true]"}},
		{"nothing kept", "showNumPages=true --\n", "showNumPages=true --\nstatus 404\n\n{\"message\":\"No Captures found for: *.acme.example\"}\n\n-- https://index.commoncrawl.org/x --\n", pipeline.Empty, "", nil},
		{"no pages", `"pages":2`, `"pages":0`, pipeline.Empty, "", nil},
		{"no number", `"pages":2`, `"leaves":2`, pipeline.Malformed, "a number of pages", nil},
		{"no catalogue", "CC-MAIN-2026-47-index\"", "\"", pipeline.Malformed, "names no index", nil},
		{"the first page is a notice", `{"url":"https://www.acme.example/","timestamp"`, "SlowDown", pipeline.Malformed, "a page of an index", nil},
		{"the first page is empty", crawlWorld[strings.Index(crawlWorld, `{"url":"https://www`):strings.Index(crawlWorld, "\n-- https://index.commoncrawl.org/CC-MAIN-2026-47-index?page=1")], "", pipeline.Malformed, "a page of an index", nil},
		{"the second is out of order", "page=1 --\n", "page=1 --\nstatus 503\n", pipeline.Partial, "page 2: unreachable", part},
		{"more pages than are read", `"pages":2`, `"pages":"9"`, pipeline.Partial, "page 3", append(part[:2:2], "has-name host:a.acme.example", "archived map[archive:Common Crawl CC-MAIN-2026-47 pages:3 whole:false]")},
	}...))
}

const arquivoWorld = `
-- dns://. --
arquivo.pt. A 203.0.113.208

-- https://arquivo.pt/wayback/cdx?url=arquivo.pt&matchType=exact --

{"url":"https://arquivo.pt/","timestamp":"20100101000000"}

-- https://arquivo.pt/wayback/cdx?url=acme.example&matchType=domain --

{"url":"http://www.acme.example/.git/HEAD","timestamp":"20150110000000","status":"200","mime":"text/plain"}
`

func TestArquivo(t *testing.T) {
	line := `{"url":"http://www.acme.example/.git/HEAD","timestamp":"20150110000000","status":"200","mime":"text/plain"}`
	span := "first:2015-01-10T00:00:00Z last:2015-01-10T00:00:00Z"
	said := []string{"has-name host:www.acme.example map[" + span + "]", "archived-page url:http://www.acme.example/.git/HEAD map[" + span + " status:200 type:text/plain]"}
	tryList(t, "arquivo", arquivoWorld, append(statuses("matchType=domain --\n"), []listCase{
		{"one page", "{", "{", pipeline.OK, "", append(said[:2:2], "archived map[archive:Arquivo.pt "+span+" pages:1 whole:true]")},
		{"nothing kept", line, "", pipeline.Empty, "", nil},
		{"nothing said, of itself neither", `{"url":"https://arquivo.pt/","timestamp":"20100101000000"}` + "\n\n-- https://arquivo.pt/wayback/cdx?url=acme.example&matchType=domain --\n\n" + line, "\n-- https://arquivo.pt/wayback/cdx?url=acme.example --\n", pipeline.Malformed, "a page of an index", nil},
		{"as many as were asked for", line, strings.Repeat(line+"\n", 5000), pipeline.Partial, "may have more", append(said[:2:2], "archived map[archive:Arquivo.pt pages:1 whole:false]")},
		{"HTML", line, "<html>", pipeline.Malformed, "a page of an index", nil},
	}...))
}

// More pages than are told are no whole answer.
func TestArchiveTellsSoMany(t *testing.T) {
	var rows strings.Builder
	for i := range 201 {
		fmt.Fprintf(&rows, "{\"url\":\"http://www.acme.example/%d.sql\",\"timestamp\":\"2015\"}\n", i)
	}
	var says []string
	for i := range 201 {
		if i != 99 { // the last of them all, in the order of the alphabet
			says = append(says, fmt.Sprintf("archived-page url:http://www.acme.example/%d.sql map[]", i))
		}
	}
	says = append(says, "has-name host:www.acme.example", "archived map[archive:Arquivo.pt pages:201 whole:true]")
	tryList(t, "arquivo", arquivoWorld, []listCase{{"201 of them", `{"url":"http://www.acme.example/.git/HEAD","timestamp":"20150110000000","status":"200","mime":"text/plain"}`, rows.String(), pipeline.Partial, "the first 200 are told", says}})
}
