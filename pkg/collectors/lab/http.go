package lab

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// paid marks a TLS connection whose handshake has waited for the latency, so
// that its first answer need not: one exchange, one latency.
type paid struct{ handshake atomic.Bool }

type paidKey struct{}

// serveHTTP serves plain HTTP, or HTTP over TLS if config is given.
func (l *Lab) serveHTTP(listener net.Listener, config *tls.Config) {
	scheme := "http"
	if config != nil {
		scheme, listener = "https", tls.NewListener(listener, config)
	}
	s := &http.Server{
		Handler:     http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.answer(w, r, scheme) }),
		BaseContext: func(net.Listener) context.Context { return l.ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			p := &paid{}
			p.handshake.Store(scheme == "https")
			return context.WithValue(ctx, paidKey{}, p)
		},
		ConnState: func(_ net.Conn, s http.ConnState) {
			switch s {
			case http.StateNew:
				l.running.Add(1)
			case http.StateClosed, http.StateHijacked:
				l.running.Done()
			}
		},
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	l.closers = append(l.closers, s.Close)
	l.running.Go(func() { _ = s.Serve(listener) })
}

// answer finds the host's answer and sends it in its manner.
func (l *Lab) answer(w http.ResponseWriter, r *http.Request, scheme string) {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	l.note(Request{Service: scheme, Host: host, Question: r.Method + " " + r.URL.RequestURI(), Header: r.Header.Clone()})
	latency := l.latency
	mood := mood{manner: plain}
	if h := l.host(host); h != nil {
		mood = l.counts.mood(host, h, time.Now())
	}
	latency += mood.manner.latency
	mood.manner.latency = 0
	if p, _ := r.Context().Value(paidKey{}).(*paid); p.handshake.Swap(false) {
		latency = 0
	}
	site := l.site(scheme, host)
	a, other := site.find(r)
	manner := mood.manner
	if a != nil && mood.status == 0 {
		manner = a.manner.over(manner)
	}
	if wait(r.Context(), latency+manner.latency) != nil || manner.close {
		panic(http.ErrAbortHandler)
	}
	switch {
	case manner.silent:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case mood.status != 0:
		mood.refuse(w)
	case a != nil:
		l.send(w, r, a, manner)
	case other:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case site != nil || scheme == "https":
		http.Error(w, "not found", http.StatusNotFound)
	default:
		refuseConnection(w)
	}
}

// send writes a world's answer.
func (l *Lab) send(w http.ResponseWriter, r *http.Request, a *answer, m manner) {
	h := w.Header()
	for _, f := range a.header {
		h.Add(f.name, string(f.value.render(l.day)))
	}
	if m.bomb > 0 {
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(a.status)
		_ = bomb(w, m.bomb)
		return
	}
	body := a.body.render(l.day)
	if a.speaks != "" {
		made, err := l.authorityBody(a.speaks, r)
		if err != nil {
			http.Error(w, "no word", http.StatusBadRequest)
			return
		}
		body = made
	}
	if m.cut >= 0 && m.cut < len(body) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead {
		return
	}
	c := http.NewResponseController(w)
	if err := m.send(r.Context(), w, body, func() { flush(m, c) }); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// flush sends what was written where the client must see it now; else the
// server may count the bytes and say how many there are.
func flush(m manner, c *http.ResponseController) {
	if m.drip > 0 || m.cut >= 0 || m.endless {
		_ = c.Flush()
	}
}

// refuse sends what a source in a bad mood says instead of an answer.
func (m mood) refuse(w http.ResponseWriter) {
	if m.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(m.retry.Seconds()))))
	}
	body := m.body
	w.Header().Set("Content-Type", "application/json")
	if !strings.HasPrefix(body, "{") {
		w.Header().Set("Content-Type", "text/html")
	}
	if body == "" {
		body = "<html><head><title>" + http.StatusText(m.status) + "</title></head></html>"
	}
	w.WriteHeader(m.status)
	_, _ = io.WriteString(w, body+"\n")
}

// refuseConnection is as near as a shared port comes to a closed one: the
// client's read ends in a reset.
func refuseConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	hangUp(conn)
}

// hangUp resets a connection.
func hangUp(conn net.Conn) {
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}
