package record

import (
	"fmt"
	"net"
	"strconv"
	"unicode/utf8"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// scan adds the ports that a scan found open, and what was said there.
func (w *writer) scan(x pipeline.Exchange, raw []byte) error {
	s, err := collectors.ReadScanned(x, raw)
	if err != nil {
		return err
	}
	for _, p := range s.Ports {
		if p.State == collectors.PortOpen {
			w.add("tcp://"+net.JoinHostPort(w.r.text(s.Addr), strconv.Itoa(p.Port)), "\n"+w.said(p.Said))
		}
	}
	return nil
}

// said writes what a server said: a text redacted, bytes as they are.
func (w *writer) said(b []byte) string {
	if utf8.Valid(b) {
		return lines(w.r.text(string(b)))
	}
	return fmt.Sprintf("{{hex %x}}{{end}}\n", b)
}
