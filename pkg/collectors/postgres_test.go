package collectors

import (
	"bytes"
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"osint/pkg/pipeline"
)

// saidBy packs what a server says.
func saidBy(t testing.TB, ms ...pgproto3.BackendMessage) []byte {
	t.Helper()
	var b bytes.Buffer
	s := pgproto3.NewBackend(nil, &b)
	for _, m := range ms {
		s.Send(m)
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	welcome = []pgproto3.BackendMessage{&pgproto3.AuthenticationOk{}, &pgproto3.ParameterStatus{Name: "server_version", Value: "15"}, &pgproto3.BackendKeyData{SecretKey: []byte{0, 0, 0, 1}}, &pgproto3.ReadyForQuery{TxStatus: 'I'}}
	titles  = &pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("name")}, {Name: []byte("at")}}}
	ended   = &pgproto3.ReadyForQuery{TxStatus: 'I'}
)

func rowOf(cells ...string) *pgproto3.DataRow {
	r := &pgproto3.DataRow{}
	for _, c := range cells {
		if c == "NULL" {
			r.Values = append(r.Values, nil)
			continue
		}
		r.Values = append(r.Values, []byte(c))
	}
	return r
}

func refused42(code string) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{Severity: "ERROR", Code: code, Message: "canceling jane@acme.example"}
}

// dataBase serves one fixed answer to whoever comes, and says what it was sent.
func dataBase(t *testing.T, answer []byte) (at string, sent func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	heard := make(chan string, 8)
	go accept(l, func(c net.Conn) {
		defer c.Close()
		_, _ = c.Write(answer)
		_ = c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		var b bytes.Buffer
		_, _ = b.ReadFrom(c)
		heard <- b.String()
	})
	return l.Addr().String(), func() string { return <-heard }
}

func TestQuery(t *testing.T) {
	with := func(ms ...pgproto3.BackendMessage) []byte { return saidBy(t, append(slices.Clone(welcome), ms...)...) }
	for _, c := range []struct {
		name   string
		answer []byte
		ends   pipeline.Outcome
		reason string
		rows   int
		whole  bool
	}{
		{"rows", with(titles, rowOf("a.example", "NULL"), rowOf("b\xff", "2026"), &pgproto3.CommandComplete{CommandTag: []byte("SELECT 2")}, ended), pipeline.OK, "", 2, true},
		{"none", with(titles, &pgproto3.CommandComplete{CommandTag: []byte("SELECT 0")}, ended), pipeline.OK, "", 0, true},
		{"more than are read", with(titles, rowOf("a", "b"), rowOf("a", "b"), rowOf("a", "b"), rowOf("a", "b"), ended), pipeline.OK, "", 3, false},
		{"suspended", with(titles, rowOf("a", "b"), &pgproto3.PortalSuspended{}, ended), pipeline.OK, "", 1, false},
		{"no table", with(&pgproto3.CommandComplete{CommandTag: []byte("SET")}, ended), pipeline.Malformed, "no table", 0, false},
		{"columns that were not announced", with(titles, rowOf("a"), ended), pipeline.Malformed, "other columns", 0, false},
		{"columns without end", with(&pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, 65)}, ended), pipeline.Malformed, "more columns", 0, false},
		{"a row before its columns", with(rowOf("a"), titles, ended), pipeline.Malformed, "other columns", 0, false},
		{"a password is wanted", saidBy(t, &pgproto3.AuthenticationCleartextPassword{}), pipeline.Unauthorized, "a password", 0, false},
		{"a better password is wanted", saidBy(t, &pgproto3.AuthenticationSASL{AuthMechanisms: []string{"SCRAM-SHA-256"}}), pipeline.Unauthorized, "a password", 0, false},
		{"not let in", saidBy(t, refused42("28000")), pipeline.Unauthorized, "28000", 0, false},
		{"too many are there", saidBy(t, refused42("53300")), pipeline.Unreachable, "53300", 0, false},
		{"it took too long", with(refused42("57014"), ended), pipeline.Timeout, "57014", 0, false},
		{"the replica went on", with(titles, rowOf("a", "b"), refused42("40001"), ended), pipeline.Unreachable, "40001", 0, false},
		{"no such table", with(refused42("42P01"), ended), pipeline.Malformed, "42P01", 0, false},
		{"an error of no form", with(refused42("jane@"), ended), pipeline.Malformed, "no form", 0, false},
		{"it breaks off", with(titles, rowOf("a", "b")), pipeline.Unreachable, "", 0, false},
		{"another protocol", []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), pipeline.Malformed, "no PostgreSQL", 0, false},
		{"nothing", nil, pipeline.Unreachable, "", 0, false},
		{"a message without end", append(with(titles), 'D', 0x00, 0x80, 0x00, 0x00), pipeline.Malformed, "no PostgreSQL", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, sent := dataBase(t, c.answer)
			v, r := view(netTo(t, at, nil), pipeline.Spec{Source: pipeline.Source{Base: "db.example:5432"}})
			q := Query{User: "guest", Database: "certwatch", SQL: "SELECT $1", Args: []string{"a'; DROP TABLE x; --"}, MaxRows: 3}
			got, err := v.Query(t.Context(), q)
			if err == nil != (c.ends == pipeline.OK) || err != nil && outcomeOf(err) != c.ends || err != nil && !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("%v, want %s (%s)", err, c.ends, c.reason)
			}
			if len(r.xs) != 1 || r.xs[0].Locator != "postgres://db.example:5432/certwatch" || r.xs[0].Outcome != c.ends || strings.Contains(r.xs[0].Error, "jane") {
				t.Errorf("recorded %+v", r.xs)
			}
			if s := sent(); strings.Contains(s, "SELECT $1") != (bytes.HasPrefix(c.answer, with()) || len(c.answer) == 0 && strings.Contains(s, "SELECT $1")) || strings.Contains(s, "SELECT $1") && !strings.Contains(s, "a'; DROP TABLE x; --") {
				t.Errorf("it was sent %q", s)
			}
			if err != nil {
				return
			}
			if len(got.Rows) != c.rows || got.Whole != c.whole {
				t.Errorf("%d rows, whole %t", len(got.Rows), got.Whole)
			}
			v.task.Answered = func(question string) (pipeline.Exchange, []byte, bool) {
				return r.xs[0], []byte(r.bodies[0]), question == r.xs[0].Question
			}
			again, err := v.Query(t.Context(), q)
			if err != nil || len(r.xs) != 1 || len(again.Rows) != c.rows || again.Whole != c.whole || again.Exchange != got.Exchange {
				t.Errorf("read back: %+v, %v", again, err)
			}
		})
	}
}

// A data base that is slow, inward, or sends for ever.
func TestQueryIsBound(t *testing.T) {
	at, _ := dataBase(t, append(saidBy(t, append(slices.Clone(welcome), titles)...), bytes.Repeat(saidBy(t, rowOf(strings.Repeat("x", 1000), "y")), 3000)...))
	v, _ := view(netTo(t, at, nil), pipeline.Spec{Source: pipeline.Source{Base: "db.example:5432"}, Ceiling: pipeline.Ceiling{Bytes: 1 << 20}})
	if _, err := v.Query(t.Context(), Query{SQL: "x"}); outcomeOf(err) != pipeline.Malformed || !strings.Contains(err.Error(), "more bytes") {
		t.Errorf("three millions of bytes: %v", err)
	}
	at, _ = dataBase(t, saidBy(t, welcome...))
	v, r := view(netTo(t, at, nil), pipeline.Spec{Source: pipeline.Source{Base: "inward.example:5432"}})
	if _, err := v.Query(t.Context(), Query{SQL: "x"}); err == nil {
		t.Errorf("inward: %v, %+v", err, r.xs)
	}
	n, err := New(Options{Resolvers: netTo(t, at, nil).o.Resolvers})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	v, _ = view(n, pipeline.Spec{Source: pipeline.Source{Base: "inward.example:5432"}})
	if _, err := v.Query(t.Context(), Query{SQL: "x"}); outcomeOf(err) != pipeline.Blocked {
		t.Errorf("inward: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // nobody answers there
	v, _ = view(netTo(t, l.Addr().String(), nil), pipeline.Spec{Source: pipeline.Source{Base: "db.example:5432"}})
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if _, err := v.Query(ctx, Query{SQL: "x"}); outcomeOf(err) != pipeline.Timeout {
		t.Errorf("silent: %v", err)
	}
	v, _ = view(netTo(t, at, nil), pipeline.Spec{Source: pipeline.Source{Base: "db.example:5432"}, Ceiling: pipeline.Ceiling{Requests: 1}})
	v.requests = 1
	if _, err := v.Query(t.Context(), Query{SQL: "x"}); outcomeOf(err) != pipeline.Partial {
		t.Errorf("beyond its ceiling: %v", err)
	}
}

// said is a connection whose other end has said everything already.
type saidConn struct {
	net.Conn
	in *bytes.Reader
}

func (c saidConn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c saidConn) Write(p []byte) (int, error) { return len(p), nil }

// Whatever a server says, what is read of it can be written and read back.
func FuzzSpeakPostgres(f *testing.F) {
	f.Add(saidBy(f, append(slices.Clone(welcome), titles, rowOf("a", "NULL"), ended)...))
	f.Add(saidBy(f, append(slices.Clone(welcome), refused42("57014"))...))
	f.Add(saidBy(f, &pgproto3.AuthenticationSASL{AuthMechanisms: []string{"x"}}))
	f.Fuzz(func(t *testing.T, stream []byte) {
		got, err := speakPostgres(saidConn{in: bytes.NewReader(stream)}, Query{SQL: "x"}, 5)
		if err != nil {
			return
		}
		again, err := parseRows(writeRows(got))
		if err != nil || len(again.Rows) != len(got.Rows) || len(got.Rows) > 5 || again.Whole != got.Whole {
			t.Errorf("%+v read back as %+v: %v", got, again, err)
		}
	})
}
