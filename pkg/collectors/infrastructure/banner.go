package infrastructure

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// A banner is what a server's greeting says of it. Without a protocol the
// greeting is none that is known.
type banner struct {
	protocol, product, version string
	line                       string // the greeting in one line, without what differs from visit to visit or names the visitor
}

// readBanner reads what a server at a port said by itself. A refusal names
// whom it refuses, so that of its text nothing is kept.
func readBanner(port int, said []byte) banner {
	switch {
	case len(said) == 0:
		return banner{}
	case len(said) > 1 && said[0] == 0xff && said[1] >= 0xfb && said[1] < 0xff: // RFC 854: it negotiates
		return banner{protocol: "telnet"}
	case len(said) > 6 && int(said[0])|int(said[1])<<8|int(said[2])<<16 <= 512 && said[3] == 0: // the head of MySQL's packets
		return mysqlBanner(said[4:])
	}
	first, _, _ := strings.Cut(string(said), "\n")
	b := banner{protocol: protocolOf(port, first, string(said)), line: first}
	if b.protocol == "" {
		return banner{}
	}
	if refusal().MatchString(first) {
		b.line, _, _ = strings.Cut(strings.TrimSpace(first), " ")
	} else {
		b.product, b.version = productIn(b.protocol, string(said))
	}
	b.line = oneLine(b.line)
	return b
}

// protocolOf tells who greets so. Mail and files begin alike: there a word in
// the greeting decides, and then the port.
func protocolOf(port int, first, all string) string {
	for _, p := range []struct{ sign, protocol string }{
		{"SSH-", "ssh"}, {"RFB ", "rfb"}, {"@RSYNCD:", "rsync"}, {"+OK", "pop3"}, {"-ERR", "pop3"}, {"* OK", "imap"}, {"* BYE", "imap"},
		{"-DENIED Redis", "redis"}, {"Asterisk Call Manager", "ami"}, {"HTTP/1.", "http"},
	} {
		if strings.HasPrefix(first, p.sign) {
			return p.protocol
		}
	}
	if !coded().MatchString(first) {
		return ""
	}
	upper := strings.ToUpper(all)
	switch {
	case strings.Contains(upper, "SMTP"), strings.Contains(upper, "POSTFIX"):
		return "smtp"
	case strings.Contains(upper, "FTP"), strings.Contains(upper, "FILEZILLA"):
		return "ftp"
	case port == 21:
		return "ftp"
	case port == 25 || port == 465 || port == 587:
		return "smtp"
	}
	return ""
}

var (
	refusal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([45]\d\d[ -]|-ERR|\* BYE|-DENIED|HTTP/)`) })
	coded   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[1-5]\d\d([ -]|\r?$)`) })
	varying = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`<[^>]*>|(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*$|\bat \d\d:\d\d.*$`) // a stamp, a date, a time
	})
)

// oneLine makes a greeting's line fit to be shown, and the same each time.
func oneLine(s string) string {
	s = varying().ReplaceAllString(strings.ToValidUTF8(s, "\ufffd"), "")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return cut(strings.TrimRight(strings.Join(strings.Fields(s), " "), " ;,"), 200)
}

// mysqlBanner reads the first packet of a MySQL server: its version, up to a
// zero byte; or an error, which names whom it refuses.
func mysqlBanner(packet []byte) banner {
	switch packet[0] {
	case 0xff:
		return banner{protocol: "mysql"}
	case 10:
		text, _, whole := strings.Cut(string(packet[1:]), "\x00")
		v := mysqlVersion().FindStringSubmatch(text)
		if !whole || v == nil {
			return banner{}
		}
		b := banner{protocol: "mysql", product: "MySQL", version: v[1], line: oneLine(text)}
		if strings.Contains(text, "MariaDB") {
			b.product = "MariaDB"
		}
		return b
	}
	return banner{}
}

// mysqlVersion leaves out what MariaDB puts before its own version, for
// replicas that know of none above 5.
var mysqlVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:5\.5\.5-)?(\d+\.\d+\.\d+)`) })
