package collectors

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// A Query is one question to a PostgreSQL that anybody may ask.
type Query struct {
	Operation string   // what is asked of the source: "search"
	User      string   // it has no password
	Database  string   //
	SQL       string   // one statement, with $1, $2 … for the arguments
	Args      []string // never part of the statement's text
	MaxRows   int      // more are not read, and Whole is false; default 10000
}

// Rows are what a data base answered.
type Rows struct {
	Exchange pipeline.ExchangeID
	At       time.Time
	Whole    bool                // there are no more
	Rows     []map[string]string // by column, in text form; what is NULL is left out
}

const (
	maxRows      = 10000
	maxRowsBytes = 16 << 20 // of one answer, as they come over the wire
)

// Query asks the data base of the task's source (host:port) one question, on a
// connection of its own, and hangs up. It is asked in clear and without a
// password; a server that wants either is not one that anybody may ask. The
// exchange's bytes are JSON lines: how many rows there are, and the rows.
func (v *View) Query(ctx context.Context, q Query) (*Rows, error) {
	server := strings.ToLower(cmp.Or(v.Endpoint(), v.spec.Source.Base))
	limit := cmp.Or(max(q.MaxRows, 0), maxRows)
	question := v.digest(append([]string{"postgres", server, q.User, q.Database, q.SQL, strconv.Itoa(limit)}, q.Args...)...)
	if x, body, ok := v.recall(question); ok {
		if !x.Outcome.Answered() {
			return nil, pipeline.Fail(x.Outcome, x.Error)
		}
		return readRows(x, body)
	}
	if err := v.take(ctx, server); err != nil {
		return nil, err
	}
	x := pipeline.Exchange{Operation: cmp.Or(q.Operation, "query"), Question: question, Locator: "postgres://" + server + "/" + q.Database, At: v.net.now()}
	way, began := new(trail), time.Now()
	got, failed := v.askPostgres(ctx, server, q, limit, way)
	x.Elapsed, x.Detail = time.Since(began), way.String()
	x.Outcome, x.Error = outcome(failed)
	var body []byte
	if failed == nil {
		body = writeRows(got)
	}
	x, err := v.record(x, body)
	if err != nil {
		return nil, err
	}
	v.weigh(len(body))
	if failed != nil {
		return nil, failed
	}
	return readRows(x, body)
}

// askPostgres opens the connection and puts the question over it.
func (v *View) askPostgres(ctx context.Context, server string, q Query, limit int, way *trail) (*Rows, error) {
	limited, stop := within(ctx)
	defer stop()
	conn, err := v.net.dial(limited, v.spec.Source.Name, server, way)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(limited, func() { conn.Close() })()
	c := &boundConn{Conn: conn, left: v.bound(maxRowsBytes)}
	got, err := speakPostgres(c, q, limit)
	switch {
	case limited.Err() != nil:
		return nil, failure(ctx, fmt.Errorf("read rows: %w", limited.Err()))
	case c.left <= 0:
		return nil, pipeline.Fail(pipeline.Malformed, "an answer of more bytes than are read")
	}
	return got, failure(ctx, err)
}

// boundConn bounds what is read.
type boundConn struct {
	net.Conn
	left int64
}

func (c *boundConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// writeRows puts rows into the form their bytes are kept in.
func writeRows(r *Rows) []byte {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	_ = out.Encode(map[string]any{"rows": len(r.Rows), "whole": r.Whole}) // what is text and number can be written
	for _, row := range r.Rows {
		_ = out.Encode(row)
	}
	return b.Bytes()
}

// readRows makes rows of a recorded exchange.
func readRows(x pipeline.Exchange, body []byte) (*Rows, error) {
	r, err := parseRows(body)
	if err != nil {
		return nil, err
	}
	r.Exchange, r.At = x.ID, x.At
	return r, nil
}

// parseRows makes rows of the bytes that writeRows made.
func parseRows(body []byte) (*Rows, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	var head struct {
		Rows  *int `json:"rows"`
		Whole bool `json:"whole"`
	}
	if err := dec.Decode(&head); err != nil || head.Rows == nil || *head.Rows < 0 || *head.Rows > len(body) {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded rows have no head")
	}
	r := &Rows{Whole: head.Whole}
	for range *head.Rows {
		var row map[string]string
		if err := dec.Decode(&row); err != nil {
			return nil, pipeline.Fail(pipeline.Malformed, "recorded rows break off")
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}
