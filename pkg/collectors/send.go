package collectors

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"osint/pkg/pipeline"
)

// send makes one HTTP request and reads its answer within its bounds. cut
// says that the body was longer than the request allows.
func (v *View) send(ctx context.Context, r Request, at *url.URL, old *kept, g *grant, x *pipeline.Exchange) (got *kept, cut bool, err error) {
	var way []string
	defer func() { x.Detail = strings.Join(way, ", ") }()
	limited, stop := within(ctx)
	defer stop()
	limited = httptrace.WithClientTrace(limited, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { way = []string{wayOf(i.Conn)} }})
	req, err := http.NewRequestWithContext(limited, r.method(), at.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, false, pipeline.Fail(pipeline.Malformed, err.Error())
	}
	for k, vs := range r.Header {
		req.Header[http.CanonicalHeaderKey(k)] = slices.Clone(vs)
	}
	req.Header.Set("User-Agent", v.net.o.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	switch r.Accept {
	case "":
	case "json":
		req.Header.Set("Accept", "application/json")
	default:
		req.Header.Set("Accept", r.Accept)
	}
	old.condition(req.Header)
	g.put(req)
	resp, err := v.net.way(v.spec.Source.Name, v.target()).RoundTrip(req)
	if err != nil {
		return nil, false, failure(ctx, err)
	}
	defer resp.Body.Close()
	way = append(way, resp.Proto)
	doubt := ""
	if v.target() {
		doubt = v.doubt(resp.TLS, at.Hostname())
	}
	if doubt != "" {
		way = append(way, doubt)
	}
	limit := r.MaxBytes
	if limit <= 0 {
		limit = maxBody
	}
	body, cut, err := readBody(resp, v.bound(limit))
	if err != nil {
		return nil, false, failure(ctx, fmt.Errorf("read answer: %w", err))
	}
	if cut {
		way = append(way, fmt.Sprintf("cut at %d bytes", len(body)))
	}
	head := resp.Header.Clone()
	for _, h := range []string{"Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive", "X-Osint-Url", "X-Osint-Doubt", "X-Osint-Truncated"} {
		head.Del(h)
	}
	got = &kept{At: x.At, Status: resp.StatusCode, URL: at.String(), Doubt: doubt, Header: head, Body: body}
	g.scrub(got, cut)
	return got, cut, nil
}

// readBody reads a body up to limit bytes, counted after unpacking. cut says
// that there was more.
func readBody(resp *http.Response, limit int64) (body []byte, cut bool, err error) {
	wire := &io.LimitedReader{R: resp.Body, N: limit + 1<<20} // a stream may unpack to nothing for ever
	var in io.Reader = wire
	switch enc := strings.ToLower(resp.Header.Get("Content-Encoding")); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(in)
		if errors.Is(err, io.EOF) { // nothing at all
			return nil, false, nil
		}
		if err != nil {
			return nil, false, packing(err)
		}
		in = z
	default:
		return nil, false, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("packed in a way that was not asked for: %.20q", enc))
	}
	body, err = io.ReadAll(io.LimitReader(in, limit+1))
	switch {
	case int64(len(body)) > limit:
		return body[:limit:limit], true, nil
	case wire.N <= 0:
		return body, true, nil
	}
	return body, false, packing(err)
}

// packing makes an error of the packing Malformed; others stay what they are.
func packing(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt) {
		return pipeline.Fail(pipeline.Malformed, "can't be unpacked: "+err.Error())
	}
	return err
}

// write puts an answer into the form its bytes are kept in: the status line,
// the header sorted, an empty line, and the body as inflated. X-Osint-Url,
// X-Osint-Doubt and X-Osint-Truncated are ours.
func write(k *kept, cut bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nX-Osint-Url: %s\r\n", k.Status, http.StatusText(k.Status), k.URL)
	if k.Doubt != "" {
		fmt.Fprintf(&b, "X-Osint-Doubt: %s\r\n", oneLine.Replace(k.Doubt))
	}
	if cut {
		b.WriteString("X-Osint-Truncated: true\r\n")
	}
	var names []string
	for name := range k.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range k.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", name, oneLine.Replace(value))
		}
	}
	b.WriteString("\r\n")
	b.Write(k.Body)
	return b.Bytes()
}

var oneLine = strings.NewReplacer("\r", " ", "\n", " ")

// readBack makes an answer of the bytes that write made.
func readBack(x pipeline.Exchange, body []byte, at string) (*Answer, error) {
	in := bufio.NewReader(bytes.NewReader(body))
	r := textproto.NewReader(in)
	line, err := r.ReadLine()
	if err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded answer: "+err.Error())
	}
	head, err := r.ReadMIMEHeader()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded answer: "+err.Error())
	}
	rest, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	_, status, _ := strings.Cut(line, " ")
	status, _, _ = strings.Cut(status, " ")
	k := &kept{Header: http.Header(head), Body: rest, URL: at}
	if k.Status, err = strconv.Atoi(status); err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded answer has no status")
	}
	if u := head.Get("X-Osint-Url"); u != "" {
		k.URL = u
	}
	cut := head.Get("X-Osint-Truncated") != ""
	k.Doubt = head.Get("X-Osint-Doubt")
	head.Del("X-Osint-Url")
	head.Del("X-Osint-Doubt")
	head.Del("X-Osint-Truncated")
	return k.answer(x, cut), nil
}
