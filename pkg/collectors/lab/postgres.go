package lab

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// tables is what one data base answers, by the argument that it is asked with;
// "*" is any other.
type tables map[string]text

func (w *World) postgresFile(f file, rest string) error {
	server, argument, _ := strings.Cut(strings.ToLower(rest), "/")
	if server == "" || argument == "" {
		return errors.New("want postgres://SERVER/ARGUMENT, and * for any other argument")
	}
	t, err := compile(f.data)
	if err != nil {
		return err
	}
	if w.postgres[server] == nil {
		w.postgres[server] = tables{}
	}
	if _, twice := w.postgres[server][argument]; twice {
		return fmt.Errorf("%s has an answer to %q already", server, argument)
	}
	w.postgres[server][argument] = t
	w.placed[server] = f
	return nil
}

// find returns the columns and rows for a question.
func (t tables) find(args []string, day time.Time) (columns []string, rows [][]string) {
	for _, a := range append(slices.Clone(args), "*") {
		if answer, ok := t[strings.ToLower(a)]; ok {
			for line := range strings.Lines(string(answer.render(day))) {
				cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
				if columns == nil {
					columns = cells
				} else if line != "\n" {
					rows = append(rows, cells)
				}
			}
			return columns, rows
		}
	}
	return []string{"answer"}, nil
}

// servePostgres lets everybody in and answers one question on each connection.
func (l *Lab) servePostgres(listener net.Listener, server string) {
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
			_ = l.postgres(conn, server) // a client that breaks off
		})
	}
}

func (l *Lab) postgres(conn net.Conn, server string) error {
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return err
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if err := b.Flush(); err != nil {
		return err
	}
	var args []string
	for {
		m, err := b.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.Bind:
			for _, p := range m.Parameters {
				args = append(args, string(p))
			}
		case *pgproto3.Sync:
			l.note(Request{Service: "postgres", Host: server, Question: strings.Join(args, " ")})
			if err := wait(l.ctx, l.latency); err != nil {
				return err
			}
			return tabulate(b, l.world.postgres[server], args, l.day)
		}
	}
}

// tabulate sends an answer.
func tabulate(b *pgproto3.Backend, t tables, args []string, day time.Time) error {
	columns, rows := t.find(args, day)
	b.Send(&pgproto3.ParseComplete{})
	b.Send(&pgproto3.BindComplete{})
	head := &pgproto3.RowDescription{}
	for _, c := range columns {
		head.Fields = append(head.Fields, pgproto3.FieldDescription{Name: []byte(c), DataTypeOID: 25, DataTypeSize: -1, TypeModifier: -1})
	}
	b.Send(head)
	for _, row := range rows {
		cells := make([][]byte, len(row))
		for i, c := range row {
			if c != `\N` {
				cells[i] = []byte(c)
			}
		}
		b.Send(&pgproto3.DataRow{Values: cells})
	}
	b.Send(&pgproto3.CommandComplete{CommandTag: fmt.Appendf(nil, "SELECT %d", len(rows))})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	return b.Flush()
}
