package collectors

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"osint/pkg/pipeline"
)

// send makes one HTTP request and reads its answer within its bounds. cut
// says that the body was longer than the request allows.
func (v *View) send(ctx context.Context, r Request, at *url.URL, old *kept, x *pipeline.Exchange) (got *kept, cut bool, err error) {
	way := new(trail)
	defer func() { x.Detail = way.String() }()
	ctx, stop := context.WithTimeout(context.WithValue(ctx, wayKey{}, way), userTimeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, r.method(), at.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, false, pipeline.Fail(pipeline.Malformed, err.Error())
	}
	for k, vs := range r.Header {
		req.Header[k] = vs
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
	transport := v.net.usual
	if v.spec.Source.Family == "target" {
		transport = v.net.target
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, false, failure(ctx, clean(err))
	}
	defer resp.Body.Close()
	limit := r.MaxBytes
	if limit == 0 {
		limit = maxBody
	}
	body, cut, err := readBody(resp, limit)
	if err != nil {
		return nil, false, failure(ctx, fmt.Errorf("read answer: %w", err))
	}
	head := resp.Header.Clone()
	for _, h := range []string{"Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive"} {
		head.Del(h)
	}
	return &kept{At: x.At, Status: resp.StatusCode, URL: at.String(), Header: head, Body: body}, cut, nil
}

// readBody reads a body up to limit bytes, counted after inflating.
func readBody(resp *http.Response, limit int64) (body []byte, cut bool, err error) {
	var in io.Reader = resp.Body
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(in)
		if errors.Is(err, io.EOF) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, pipeline.Fail(pipeline.Malformed, "gzip: "+err.Error())
		}
		in = z
	}
	body, err = io.ReadAll(io.LimitReader(in, limit+1))
	if int64(len(body)) > limit {
		return body[:limit], true, nil
	}
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		err = pipeline.Fail(pipeline.Malformed, err.Error())
	}
	return body, false, err
}

// clean drops the URL that net/http puts into its errors: a record says it in
// its own field, scrubbed.
func clean(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// write puts an answer into the form its bytes are kept in: the status line,
// the header sorted, an empty line, and the body as inflated. X-Osint-Url and
// X-Osint-Truncated are ours.
func write(k *kept, cut bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nX-Osint-Url: %s\r\n", k.Status, http.StatusText(k.Status), k.URL)
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
			fmt.Fprintf(&b, "%s: %s\r\n", name, strings.NewReplacer("\r", " ", "\n", " ").Replace(value))
		}
	}
	b.WriteString("\r\n")
	b.Write(k.Body)
	return b.Bytes()
}

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
	head.Del("X-Osint-Url")
	head.Del("X-Osint-Truncated")
	return k.answer(x, cut), nil
}
