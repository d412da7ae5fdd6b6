package collectors

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// listen returns a listener that the test closes.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// A mail server's ways of not coming to TLS: what it says is kept, and only
// one that offers none has answered.
func TestStartTLSOutcomes(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []string // one at once, then one for each line that comes
		want    pipeline.Outcome
		clear   bool
		text    string
	}{
		{"no offer", []string{"220 mx ESMTP\r\n", "250-mx\r\n250 8BITMIME\r\n"}, pipeline.OK, true, "offers no STARTTLS"},
		{"an offer in the greeting only", []string{"220 STARTTLS\r\n", "250 STARTTLS\r\n"}, pipeline.OK, true, "offers no STARTTLS"},
		{"refuses all", []string{"554 go away\r\n"}, pipeline.Blocked, false, "answers 554"},
		{"refuses the name", []string{"220 mx\r\n", "504 who?\r\n"}, pipeline.Blocked, false, "answers 504"},
		{"takes it back", []string{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "454 not now\r\n"}, pipeline.Blocked, false, "answers 454"},
		{"speaks on in clear", []string{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go on\r\n250 mx\r\n"}, pipeline.Malformed, false, "goes on in clear"},
		{"no mail server", []string{"HTTP/1.1 400 Bad Request\r\n"}, pipeline.Malformed, false, "does not speak as a mail server"},
		{"a line without end", []string{strings.Repeat("2", 5000)}, pipeline.Malformed, false, "line that does not end"},
		{"a reply without end", []string{strings.Repeat("220-x\r\n", 5000)}, pipeline.Malformed, false, "reply that does not end"},
		{"then no TLS", []string{"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go on\r\n", "what?\r\n"}, pipeline.Malformed, false, "first record does not look like a TLS handshake"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := listen(t)
			accept(l, func(conn net.Conn) {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(5 * time.Second))
				in := bufio.NewReader(conn)
				for i, r := range c.replies {
					if i == 3 { // the hello of TLS has no lines
						in.ReadByte()
					} else if i > 0 {
						in.ReadString('\n')
					}
					io.WriteString(conn, r)
				}
				io.Copy(io.Discard, in)
			})
			v, r := view(netTo(t, l.Addr().String(), nil), pipeline.Spec{})
			h, err := v.StartTLS(t.Context(), "a.example", 25, nil)
			x := r.xs[0]
			if x.Outcome != c.want || !strings.Contains(x.Error, c.text) || x.Locator != "smtp://a.example:25" || x.Operation != "handshake" {
				t.Errorf("%+v", x)
			}
			if c.want == pipeline.OK && (err != nil || h.Err == nil || h.Clear != c.clear) || c.want != pipeline.OK && outcomeOf(err) != c.want {
				t.Errorf("%v, %+v", err, h)
			}
			if c.want == pipeline.OK && !strings.Contains(r.bodies[0], "220 ") {
				t.Errorf("what it said is not kept: %q", r.bodies[0])
			}
		})
	}
}

// Silence ends with the task's time.
func TestStartTLSWaitsOnlySoLong(t *testing.T) {
	l := listen(t)
	accept(l, func(conn net.Conn) { io.WriteString(conn, "220-wait"); io.Copy(io.Discard, conn); conn.Close() })
	v, _ := view(netTo(t, l.Addr().String(), nil), pipeline.Spec{})
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if _, err := v.StartTLS(ctx, "a.example", 25, nil); outcomeOf(err) != pipeline.Timeout {
		t.Errorf("%v", err)
	}
}

// A mail server of other make is understood, and its handshake can be read
// back from the record.
func TestStartTLSAgainstAiosmtpd(t *testing.T) {
	bin, err := exec.LookPath("aiosmtpd")
	if err != nil {
		t.Skip("no aiosmtpd on this machine: STARTTLS was not tried against a server of other make")
	}
	file, cert := selfSigned(t, "a.example")
	probe := listen(t)
	addr := probe.Addr().String()
	probe.Close()
	cmd := exec.CommandContext(t.Context(), bin, "-n", "-l", addr, "--tlscert", file, "--tlskey", file, "-c", "aiosmtpd.handlers.Sink")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	var h *Handshake
	v, r := view(netTo(t, addr, nil), pipeline.Spec{})
	for range 400 { // until it listens
		if h, err = v.StartTLS(t.Context(), "a.example", 25, &tls.Config{MinVersion: tls.VersionTLS12}); outcomeOf(err) != pipeline.Unreachable {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil || h.Err != nil || len(h.State.PeerCertificates) != 1 || !h.State.PeerCertificates[0].Equal(cert) {
		cmd.Process.Kill()
		cmd.Wait()
		t.Fatalf("%v %+v\n%s", err, h, log.Bytes())
	}
	last := len(r.xs) - 1
	again, err := handshake(r.xs[last], []byte(r.bodies[last]))
	if err != nil || !again.State.PeerCertificates[0].Equal(cert) {
		t.Errorf("read back: %v %+v", err, again)
	}
}

// selfSigned writes a certificate and its key into one file.
func selfSigned(t *testing.T, name string) (file string, cert *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "server.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cert, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return file, cert
}

// Whatever a mail server says, reading it ends, within bounds.
func FuzzSMTPReply(f *testing.F) {
	f.Add([]byte("220 mx.example ESMTP\r\n"))
	f.Add([]byte("250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n"))
	f.Add([]byte("250\r\n"))
	f.Add([]byte("25x nothing\n"))
	f.Add(bytes.Repeat([]byte("250-\n"), 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		code, text, err := smtpReply(bufio.NewReaderSize(bytes.NewReader(b), maxSMTPLine))
		if len(text) > maxSMTPReply+maxSMTPLine {
			t.Errorf("%d bytes", len(text))
		}
		if err == nil && (code < 0 || code > 999 || !strings.HasPrefix(text[strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n')+1:], fmt.Sprintf("%03d", code))) {
			t.Errorf("code %d of %q", code, text)
		}
		offersTLS(text)
	})
}
