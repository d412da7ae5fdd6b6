package infrastructure

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Greetings of servers, and what is to be told of them.
func TestReadBanner(t *testing.T) {
	for _, c := range []struct {
		port int
		said string
		want banner
	}{
		{22, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", banner{"ssh", "OpenSSH", "9.2p1", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"}},
		{2222, "SSH-2.0-dropbear_2022.83\r\n", banner{"ssh", "Dropbear", "2022.83", "SSH-2.0-dropbear_2022.83"}},
		{22, "SSH-2.0-Cisco-1.25\n", banner{"ssh", "Cisco", "1.25", "SSH-2.0-Cisco-1.25"}},
		{22, "SSH-2.0-Go\r\n", banner{"ssh", "Go", "", "SSH-2.0-Go"}},
		{22, "SSH-2.0-\x1b[2J\r\n", banner{"ssh", "", "", "SSH-2.0- [2J"}},
		{25, "220 mx.corp.example ESMTP Postfix (Debian/GNU)\r\n", banner{"smtp", "Postfix", "", "220 mx.corp.example ESMTP Postfix (Debian/GNU)"}},
		{25, "220 mx.corp.example ESMTP Exim 4.96 Thu, 26 Nov 2026 17:00:00 +0000\r\n", banner{"smtp", "Exim", "4.96", "220 mx.corp.example ESMTP Exim 4.96"}},
		{587, "220 mx.corp.example ready\r\n", banner{"smtp", "", "", "220 mx.corp.example ready"}},
		{25, "554 5.7.1 203.0.113.7 is not welcome, Postfix says\r\n", banner{"smtp", "", "", "554"}},
		{21, "220 (vsFTPd 3.0.3)\r\n", banner{"ftp", "vsftpd", "3.0.3", "220 (vsFTPd 3.0.3)"}},
		{2121, "220-FileZilla Server 1.7.3\r\n220 Please visit\r\n", banner{"ftp", "FileZilla Server", "1.7.3", "220-FileZilla Server 1.7.3"}},
		{21, "220 ready\r\n", banner{"ftp", "", "", "220 ready"}},
		{110, "+OK Dovecot ready. <1a2b.3.4@mx.corp.example>\r\n", banner{"pop3", "Dovecot", "", "+OK Dovecot ready."}},
		{143, "* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.\r\n", banner{"imap", "Dovecot", "", "* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready."}},
		{3306, "\x4a\x00\x00\x00\x0a8.0.36\x00\x08\x00", banner{"mysql", "MySQL", "8.0.36", "8.0.36"}},
		{3306, "\x4a\x00\x00\x00\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\x00\x08\x00", banner{"mysql", "MariaDB", "10.11.6", "5.5.5-10.11.6-MariaDB-0+deb12u1"}},
		{3306, "\x45\x00\x00\x00\xff\x6a\x04Host '203.0.113.7' is not allowed to connect", banner{protocol: "mysql"}},
		{5900, "RFB 003.008\n", banner{"rfb", "", "", "RFB 003.008"}},
		{23, "\xff\xfd\x18\xff\xfd\x20login: ", banner{protocol: "telnet"}},
		{6379, "-DENIED Redis is running in protected mode because\r\n", banner{"redis", "", "", "-DENIED"}},
		{873, "@RSYNCD: 31.0\n", banner{"rsync", "", "", "@RSYNCD: 31.0"}},
		{8000, "220 ready\r\n", banner{}},
		{9999, "hello 203.0.113.7, what do you want?\n", banner{}},
		{22, "", banner{}},
		{3306, "\x01\x00\x00\x00\x0a8", banner{}},
	} {
		if got := readBanner(c.port, []byte(c.said)); got != c.want {
			t.Errorf("%q at %d is read as %+v, want %+v", c.said, c.port, got, c.want)
		}
	}
}

// A greeting is anybody's: whatever it is, what is told of it is short, one
// line, and text.
func FuzzReadBanner(f *testing.F) {
	for _, s := range []string{"SSH-2.0-x_1", "220 mx ESMTP Exim 4", "\x4a\x00\x00\x00\x0a8.0.36\x00", "\xff\xfd\x18", "* OK \u202e"} {
		f.Add(25, []byte(s))
	}
	f.Fuzz(func(t *testing.T, port int, said []byte) {
		b := readBanner(port, said)
		if b.protocol == "" && b != (banner{}) {
			t.Errorf("%+v has no protocol", b)
		}
		for _, s := range []string{b.line, b.product, b.version} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x1b\x00") || utf8.RuneCountInString(s) > 600 {
				t.Errorf("%q of %q", s, said)
			}
		}
	})
}
