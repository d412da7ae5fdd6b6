package infrastructure

import (
	"regexp"
	"strings"
	"sync"
)

// greeters are the products that greet by name: in a protocol, the expression
// that finds one, whose first group is the version. The first that fits is it.
var greeters = []struct{ protocol, product, expr string }{
	{"smtp", "Postfix", `(?i)\bpostfix\b`},
	{"smtp", "Exim", `\bExim(?: (\d[\w.]*))?`},
	{"smtp", "Sendmail", `\bSendmail(?: (\d[\d.]*))?`},
	{"smtp", "Microsoft Exchange", `Microsoft ESMTP MAIL Service`},
	{"smtp", "OpenSMTPD", `\bOpenSMTPD\b`},
	{"smtp", "Haraka", `\bHaraka(?:/(\d[\d.]*))?`},
	{"smtp", "MailEnable", `\bMailEnable\b`},
	{"ftp", "vsftpd", `(?i)\bvsFTPd (\d[\d.]*)`},
	{"ftp", "ProFTPD", `\bProFTPD(?: (\d[\w.]*))?`},
	{"ftp", "Pure-FTPd", `\bPure-FTPd\b`},
	{"ftp", "FileZilla Server", `\bFileZilla Server(?: (?:version )?(\d[\w.]*))?`},
	{"ftp", "Microsoft FTP Service", `Microsoft FTP Service`},
	{"pop3", "Dovecot", `\bDovecot\b`},
	{"imap", "Dovecot", `\bDovecot\b`},
	{"imap", "Cyrus IMAP", `\bCyrus IMAP(?: v?(\d[\d.]*))?`},
	{"imap", "Courier-IMAP", `\bCourier-IMAP\b`},
	{"imap", "Microsoft Exchange", `Microsoft Exchange`},
	{"redis", "Redis", `Redis`},
	{"ami", "Asterisk", `Asterisk`},
}

// greeterForms are their expressions, compiled when first needed.
var greeterForms = sync.OnceValue(func() []*regexp.Regexp {
	forms := make([]*regexp.Regexp, len(greeters))
	for i, g := range greeters {
		forms[i] = regexp.MustCompile(g.expr)
	}
	return forms
})

// sshSoftware reads "SSH-2.0-OpenSSH_9.2p1 Debian-2" (RFC 4253, 4.2).
var sshSoftware = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^SSH-[\d.]+-([A-Za-z][A-Za-z.]*)(?:[_-]v?(\d[\w.]*))?(?:[\s_-]|$)`)
})

// productIn returns the product that a greeting names, and its version.
func productIn(protocol, said string) (product, version string) {
	if protocol == "ssh" {
		if m := sshSoftware().FindStringSubmatch(said); m != nil {
			return strings.ReplaceAll(m[1], "dropbear", "Dropbear"), m[2]
		}
		return "", ""
	}
	for i, g := range greeters {
		if g.protocol != protocol {
			continue
		}
		switch m := greeterForms()[i].FindStringSubmatch(said); {
		case len(m) > 1:
			return g.product, strings.TrimRight(m[1], ".")
		case m != nil:
			return g.product, ""
		}
	}
	return "", ""
}

// category is the shelf of what was found, as web pages' products have one; ""
// where they have none for it.
func (b banner) category() string {
	switch b.protocol {
	case "smtp", "pop3", "imap":
		return "mail"
	case "mysql", "redis":
		return "database"
	case "ftp", "rsync":
		return "storage"
	}
	return ""
}
