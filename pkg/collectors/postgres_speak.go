package collectors

import (
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgproto3"

	"osint/pkg/pipeline"
)

// maxMessage bounds one message of a server, in bytes.
const maxMessage = 4 << 20

// speakPostgres logs in and puts one question, in the form that a pooler
// between us and the server lets through: statement, arguments and execution
// in one go, under no name. Nothing of this machine's environment goes along.
func speakPostgres(conn net.Conn, q Query, limit int) (*Rows, error) {
	f := pgproto3.NewFrontend(conn, conn)
	f.SetMaxBodyLen(maxMessage)
	f.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{
		"user": q.User, "database": q.Database, "client_encoding": "UTF8", "application_name": "osint"}})
	if err := f.Flush(); err != nil {
		return nil, err
	}
	if err := admitted(f); err != nil {
		return nil, err
	}
	args := make([][]byte, len(q.Args))
	for i, a := range q.Args {
		args[i] = []byte(a)
	}
	f.SendParse(&pgproto3.Parse{Query: q.SQL})
	f.SendBind(&pgproto3.Bind{Parameters: args})
	f.SendDescribe(&pgproto3.Describe{ObjectType: 'P'})
	f.SendExecute(&pgproto3.Execute{MaxRows: uint32(limit) + 1})
	f.SendSync(&pgproto3.Sync{})
	if err := f.Flush(); err != nil {
		return nil, err
	}
	got, err := readTable(f, limit)
	f.Send(&pgproto3.Terminate{})
	_ = f.Flush() // a courtesy: we hang up anyway
	return got, err
}

// admitted waits until the server takes questions.
func admitted(f *pgproto3.Frontend) error {
	for {
		m, err := f.Receive()
		if err != nil {
			return unspoken(err)
		}
		switch m := m.(type) {
		case *pgproto3.AuthenticationOk, *pgproto3.ParameterStatus, *pgproto3.BackendKeyData, *pgproto3.NoticeResponse, *pgproto3.NegotiateProtocolVersion:
		case *pgproto3.ReadyForQuery:
			return nil
		case *pgproto3.ErrorResponse:
			return refusal(m)
		case pgproto3.AuthenticationResponseMessage:
			return pipeline.Fail(pipeline.Unauthorized, "the data base wants a password, and is to be asked without")
		default:
			return pipeline.Fail(pipeline.Malformed, "no PostgreSQL answers there")
		}
	}
}

// mostColumns bounds a row: one of a few bytes may have thousands of columns of
// nothing.
const mostColumns = 64

// readTable reads the rows of an answer to its end.
func readTable(f *pgproto3.Frontend, limit int) (*Rows, error) {
	got, columns := &Rows{Whole: true}, []string(nil)
	for {
		m, err := f.Receive()
		if err != nil {
			return nil, unspoken(err)
		}
		switch m := m.(type) {
		case *pgproto3.RowDescription:
			if len(m.Fields) > mostColumns {
				return nil, pipeline.Fail(pipeline.Malformed, "the answer has more columns than any question asks for")
			}
			columns = columns[:0]
			for _, field := range m.Fields {
				columns = append(columns, strings.ToValidUTF8(string(field.Name), "\uFFFD"))
			}
		case *pgproto3.DataRow:
			if len(m.Values) != len(columns) {
				return nil, pipeline.Fail(pipeline.Malformed, "a row has other columns than were announced")
			}
			if got.Whole = got.Whole && len(got.Rows) < limit; !got.Whole {
				continue
			}
			row := make(map[string]string, len(columns))
			for i, value := range m.Values {
				if value != nil {
					row[columns[i]] = strings.ToValidUTF8(string(value), "\uFFFD")
				}
			}
			got.Rows = append(got.Rows, row)
		case *pgproto3.PortalSuspended:
			got.Whole = false
		case *pgproto3.ErrorResponse:
			return nil, refusal(m)
		case *pgproto3.ReadyForQuery:
			if columns == nil {
				return nil, pipeline.Fail(pipeline.Malformed, "the data base answered no table")
			}
			return got, nil
		}
	}
}

// unspoken is an error of reading a message: one that is not the network's says
// that it was none.
func unspoken(err error) error {
	var lost net.Error
	if errors.As(err, &lost) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return pipeline.Fail(pipeline.Malformed, "no PostgreSQL answers there")
}

var sqlState = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Z]{5}$`) })

// refusal is what an error of the server means for a task. Of what it says only
// the code is handed on, which is of a closed form.
func refusal(m *pgproto3.ErrorResponse) error {
	code := m.Code
	if !sqlState().MatchString(code) {
		return pipeline.Fail(pipeline.Malformed, "the data base sent an error of no form")
	}
	o := pipeline.Malformed
	switch class := code[:2]; {
	case class == "28":
		o = pipeline.Unauthorized
	case code == "57014": // cancelled: it took longer than it may
		o = pipeline.Timeout
	case class == "53", class == "57", class == "08", class == "40", class == "58": // overloaded, going down, a replica that caught up
		o = pipeline.Unreachable
	}
	return pipeline.Fail(o, fmt.Sprintf("the data base refused (SQLSTATE %s)", code))
}
