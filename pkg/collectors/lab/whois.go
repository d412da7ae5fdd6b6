package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// registry is what one WHOIS server answers, by query; "*" is any other.
type registry struct{ answers map[string]text }

func (w *World) whoisFile(f file, rest string) error {
	server, query, _ := strings.Cut(rest, "/")
	server = strings.ToLower(server)
	query = folded(query)
	if server == "" || query == "" {
		return errors.New("want whois://SERVER/QUERY, and * for any other query")
	}
	t, err := compile(f.data)
	if err != nil {
		return err
	}
	r := w.whois[server]
	if r == nil {
		r = &registry{map[string]text{}}
		w.whois[server] = r
	}
	if _, twice := r.answers[query]; twice {
		return fmt.Errorf("%s has an answer to %q already", server, query)
	}
	r.answers[query] = t
	w.placed[server] = f
	return nil
}

func folded(query string) string { return strings.ToLower(strings.Join(strings.Fields(query), " ")) }

// find returns the answer to a query. Flags and keywords before the object
// ("-T dn,ace", "domain", "n +") need not be in the world.
func (r *registry) find(query string) (text, bool) {
	query = folded(query)
	last := query[strings.LastIndexByte(query, ' ')+1:]
	for _, q := range []string{query, last, "*"} {
		if t, ok := r.answers[q]; ok {
			return t, true
		}
	}
	return text{}, false
}

// serveWhois answers one query on each connection that comes.
func (l *Lab) serveWhois(listener net.Listener, server string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		if !l.keep(conn) {
			return
		}
		l.running.Go(func() {
			defer l.drop(conn)
			l.whois(conn, server)
		})
	}
}

func (l *Lab) whois(conn net.Conn, server string) {
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	query, err := bufio.NewReader(io.LimitReader(conn, 1024)).ReadString('\n')
	if err != nil {
		return
	}
	l.note(Request{Service: "whois", Host: server, Question: strings.TrimSpace(query)})
	m := mood{manner: plain}
	if h := l.host(server); h != nil {
		m = l.counts.mood("whois "+server, h, time.Now())
	}
	if wait(l.ctx, l.latency+m.manner.latency) != nil || m.manner.close {
		return
	}
	if m.manner.silent { // until one of us hangs up
		_ = conn.SetReadDeadline(time.Time{})
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	body := []byte(m.body + "\n")
	if m.status == 0 {
		body = []byte(fmt.Sprintf("No match for %q.\n", strings.ToUpper(strings.TrimSpace(query))))
		if t, ok := l.world.whois[server].find(query); ok {
			body = t.render(l.day)
		}
	} else if m.body == "" {
		return
	}
	_ = m.manner.send(l.ctx, conn, body, func() {})
}
