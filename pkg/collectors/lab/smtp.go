package lab

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// smtp is how a mail host speaks at port 25; the zero value is a closed port.
type smtp string

const (
	smtpTLS    smtp = "starttls" // a good host
	smtpClear  smtp = "clear"    // offers no STARTTLS
	smtpRefuse smtp = "refuse"   // speaks to nobody: 554
)

func (s *smtp) set(arg string) error {
	switch *s = smtp(arg); *s {
	case "":
		*s = smtpTLS
		return nil
	case smtpTLS, smtpClear, smtpRefuse:
		return nil
	}
	return fmt.Errorf("unknown word %q: smtp stands alone, or before starttls, clear or refuse", arg)
}

// serveSMTP answers each connection that comes to a mail host.
func (l *Lab) serveSMTP(listener net.Listener, name string, h *host) {
	for {
		conn, err := listener.Accept()
		if err != nil || !l.keep(conn) {
			return
		}
		l.running.Go(func() {
			defer l.drop(conn)
			l.smtp(conn, name, h)
		})
	}
}

// smtp speaks as far as nobody wants to send mail (RFC 5321, RFC 3207).
func (l *Lab) smtp(conn net.Conn, name string, h *host) {
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewReader(io.LimitReader(conn, 64<<10))
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
	if wait(l.ctx, l.latency+h.manner.latency) != nil || h.manner.close {
		return
	}
	if h.smtp == smtpRefuse {
		say("554 %s speaks to nobody", name)
		return
	}
	say("220 %s ESMTP", name)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		l.note(Request{Service: "smtp", Host: name, Question: verb})
		switch {
		case verb == "EHLO" && h.smtp == smtpTLS:
			say("250-%s\r\n250-8BITMIME\r\n250 STARTTLS", name)
		case verb == "EHLO", verb == "HELO", verb == "NOOP", verb == "RSET":
			say("250 %s", name)
		case verb == "QUIT":
			say("221 %s closes", name)
			return
		case verb == "STARTTLS" && h.smtp == smtpTLS:
			say("220 go on")
			l.smtpTLS(conn, name)
			return
		default:
			say("502 not here")
		}
	}
}

// smtpTLS shakes hands and waits for the client to leave.
func (l *Lab) smtpTLS(conn net.Conn, name string) {
	c := tls.Server(conn, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		l.note(Request{Service: "tls", Host: name, Question: "handshake"})
		settings := tlsSettings{}
		if x := l.host(name); x != nil {
			settings = x.tls
		}
		return l.shown(name, settings)
	}})
	if c.HandshakeContext(l.ctx) == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(c, 64<<10))
	}
}
