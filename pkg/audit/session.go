package audit

import (
	"context"
	"database/sql"
	"errors"
)

// A session is the connection over which a ledger is written and read, with the
// statements that stay ready on it: SQLite spends more on reading the text of a
// small statement than on doing what it says. One goroutine at a time uses it.
type session struct {
	*sql.Conn
	db    *sql.DB
	path  string
	ready map[string]*sql.Stmt
}

func openSession(path string, write bool) (*session, error) {
	db, err := open(path, write)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(damage(path, err), db.Close())
	}
	return &session{conn, db, path, map[string]*sql.Stmt{}}, nil
}

// Close closes the file. No statement may be left: it would hold the file open.
func (s *session) Close() error {
	for _, stmt := range s.ready {
		stmt.Close()
	}
	return errors.Join(s.Conn.Close(), s.db.Close())
}

// statement returns a statement that is run again and again.
func (s *session) statement(query string) (*sql.Stmt, error) {
	if stmt, ok := s.ready[query]; ok {
		return stmt, nil
	}
	stmt, err := s.PrepareContext(context.Background(), query)
	if err == nil {
		s.ready[query] = stmt
	}
	return stmt, err
}

func (s *session) exec(query string, args ...any) error {
	stmt, err := s.statement(query)
	if err == nil {
		_, err = stmt.Exec(args...)
	}
	return damage(s.path, err)
}

// transaction does one transaction, which is on disk when it returns without an
// error, and never was if with one.
func (s *session) transaction(do func() error) error {
	if err := s.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	open := true
	defer func() {
		if open {
			_ = s.exec("ROLLBACK") // fails if SQLite did it by itself
		}
	}()
	if err := do(); err != nil {
		return err
	}
	if err := s.exec("COMMIT"); err != nil {
		return err
	}
	open = false
	return nil
}
