package collectors

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"osint/pkg/pipeline"
)

const (
	maxSMTPReply = 16 << 10 // bytes of one answer
	maxSMTPLine  = 2048     // RFC 5321, 4.5.3.1.5 has 512
)

// smtpName is what we call ourselves: nobody (RFC 2606).
const smtpName = "osint.invalid"

// StartTLS is [View.TLS] with a mail server, which is asked for it first (RFC
// 3207). No mail is begun. A server that offers no TLS has refused; what it
// said is kept with the evidence.
func (v *View) StartTLS(ctx context.Context, host string, port int, config *tls.Config) (*Handshake, error) {
	return v.handshake(ctx, "smtp", host, port, config, startTLS)
}

// startTLS speaks SMTP up to where TLS begins.
func startTLS(conn net.Conn) (said string, err error) {
	in := bufio.NewReaderSize(conn, maxSMTPLine)
	var log strings.Builder
	talk := func(command string, want int) (string, error) {
		if command != "" {
			if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
				return "", err
			}
		}
		code, text, err := smtpReply(in)
		log.WriteString(strings.ToValidUTF8(text, "\ufffd"))
		if err == nil && code != want {
			err = pipeline.Fail(pipeline.Blocked, fmt.Sprintf("the mail server answers %d", code)) // its text may name us
		}
		return text, err
	}
	if _, err := talk("", 220); err != nil {
		return log.String(), err
	}
	offers, err := talk("EHLO "+smtpName, 250)
	if err != nil {
		return log.String(), err
	}
	if !offersTLS(offers) {
		return log.String(), &refused{errors.New("the mail server offers no STARTTLS"), true}
	}
	if _, err := talk("STARTTLS", 220); err != nil {
		return log.String(), err
	}
	if in.Buffered() > 0 { // nobody may speak in clear any more (RFC 3207, 4.2)
		return log.String(), pipeline.Fail(pipeline.Malformed, "the mail server goes on in clear after it agreed to TLS")
	}
	return log.String(), nil
}

// smtpReply reads one reply: lines with a code and a hyphen, the last with a
// blank (RFC 5321, 4.2.1).
func smtpReply(in *bufio.Reader) (code int, text string, err error) {
	for len(text) < maxSMTPReply {
		line, err := in.ReadSlice('\n')
		text += string(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return 0, text, pipeline.Fail(pipeline.Malformed, "a mail server's line that does not end")
		case err != nil:
			return 0, text, err
		}
		l := strings.TrimRight(string(line), "\r\n")
		if len(l) < 3 || strings.Trim(l[:3], "0123456789") != "" || len(l) > 3 && l[3] != ' ' && l[3] != '-' {
			return 0, text, pipeline.Fail(pipeline.Malformed, "it does not speak as a mail server does")
		}
		if len(l) == 3 || l[3] == ' ' {
			code = int(l[0]-'0')*100 + int(l[1]-'0')*10 + int(l[2]-'0')
			return code, text, nil
		}
	}
	return 0, text, pipeline.Fail(pipeline.Malformed, "a mail server's reply that does not end")
}

// offersTLS looks for the keyword in the reply to EHLO, whose first line is a
// greeting.
func offersTLS(reply string) bool {
	_, rest, _ := strings.Cut(reply, "\n")
	for line := range strings.Lines(rest) {
		if len(line) > 4 && strings.EqualFold(strings.TrimSpace(line[4:]), "STARTTLS") {
			return true
		}
	}
	return false
}
