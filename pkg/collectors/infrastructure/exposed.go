package infrastructure

import (
	"regexp"
	"strings"
	"sync"

	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// exposing are words in the names of what surveys look with, and what they show
// when they are let in. Those of code stand at the beginning.
var exposing = []struct{ what, words string }{
	{"code", "git svn mercurial"},
	{"data", `cassandra clickhouse consul couch docker elastic etcd hadoop hive influx kafka kibana kube maria memcache mongo mssql mysql nfs
		postgres redis rsync smb zookeeper`},
	{"secrets", "backup configjson configphp credential dotenv dump envconfig privatekey sftp"},
}

// exposed is the value of what shows strangers data: how that was seen, and what
// sort of data it is. Whatever is of none of the known sorts is "other".
func exposed(plugin string) map[string]any {
	low := strings.ToLower(plugin)
	for _, e := range exposing {
		for w := range strings.FieldsSeq(e.words) {
			if strings.HasPrefix(low, w) || e.what != "code" && strings.Contains(low, w) {
				return map[string]any{"plugin": plugin, "what": e.what}
			}
		}
	}
	return map[string]any{"plugin": plugin, "what": "other"}
}

// controlled are the protocols of machines and things, as surveys call them.
var controlled = map[string]bool{"s7": true, "modbus": true, "bacnet": true, "dnp3": true, "ethernetip": true, "ethernet_ip": true, "fox": true, "iec-104": true, "codesys": true, "opc-ua": true,
	"mqtt": true, "coap": true, "rtsp": true, "snmp": true, "printer-job-language": true, "hart-ip": true, "omron": true, "melsec-q": true, "pcworx": true, "crimson-v3": true, "knx": true, "unitronics": true}

// surveyedService is what a survey says to answer at a port: its protocol, or
// what the port is usually for, when it was seen, and whether it moves or senses
// something.
func surveyedService(at knownPort, protocol string, seen loose.Time) map[string]any {
	protocol = strings.ToLower(protocol)
	v := map[string]any{"industrial": at.has(industrialUse) || controlled[protocol]}
	if p := word(protocol, at.name); p != "" {
		v["protocol"] = p
	}
	if t := seen.RFC3339(); t != "" {
		v["seen"] = t
	}
	return v
}

// put adds the texts that are not empty.
func put(v map[string]any, texts map[string]string) {
	for key, text := range texts {
		if text != "" {
			v[key] = text
		}
	}
}

var forms = sync.OnceValue(func() (f struct{ word, label, greeting *regexp.Regexp }) {
	f.word = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
	f.label = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9 ._/+()-]*[A-Za-z0-9)+])?$`)
	f.greeting = regexp.MustCompile(`^(SSH-[0-9.]+-[A-Za-z0-9_.]+|(HTTP|RTSP)/[0-9.]+ [0-9]{3}\b|RFB [0-9]{3}\.[0-9]{3})`)
	return f
})

// word returns the first of the texts that is one lower-case word.
func word(texts ...string) string {
	for _, t := range texts {
		if t = strings.ToLower(t); len(t) <= 40 && forms().word.MatchString(t) {
			return t
		}
	}
	return ""
}

// label returns a product's name or version; "" if it is longer than one, or has
// characters that none has.
func label(s string) string {
	if len(s) > 64 || !forms().label.MatchString(s) {
		return ""
	}
	return s
}

// greeting returns the part of a banner that its protocol prescribes; "" where
// that prescribes none, and a server may say what it likes.
func greeting(banner string) string {
	return forms().greeting.FindString(banner[:min(len(banner), 128)])
}

// productNamed returns the technology of a name and a version.
func productNamed(name, version string) (pipeline.Entity, bool) {
	if name = label(name); name == "" || strings.Contains(name, "/") {
		return pipeline.Entity{}, false
	}
	if version = label(version); version != "" && !strings.ContainsAny(version, " /") {
		name += "/" + version
	}
	e, err := pipeline.NewEntity(pipeline.KindTechnology, name)
	return e, err == nil
}
