package main

import (
	"database/sql"
	"strings"

	_ "modernc.org/sqlite" // the floor: the library that the ledger stands on

	"osint/pkg/audit"
)

// A floorTable is a table like the ledger's, and nothing around it.
type floorTable struct {
	db        *sql.DB
	one, many *sql.Stmt // insert 1 row, and 32
	leaf      []byte
	next      int64
}

// newFloor makes the table in a file of its own. Its rows are as long as those of
// the ledger.
func newFloor(path string, l *audit.Ledger) (*floorTable, error) {
	seq, err := l.Append(finished(1)...)
	if err != nil {
		return nil, err
	}
	leaf, _, err := l.Prove(seq, seq+1)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	b := &floorTable{db: db, leaf: leaf}
	_, err = db.Exec("CREATE TABLE entry (seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL, leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)) STRICT")
	if err == nil {
		b.one, err = db.Prepare("INSERT INTO entry VALUES (?, ?, ?)")
	}
	if err == nil {
		b.many, err = db.Prepare("INSERT INTO entry VALUES " + strings.Repeat("(?, ?, ?), ", 31) + "(?, ?, ?)")
	}
	return b, err
}

func (b *floorTable) close() { b.db.Close() }

// insert commits n rows: one by itself, or a multiple of 32 in a transaction.
func (b *floorTable) insert(n int) error {
	hash := b.leaf[:32]
	if n == 1 {
		b.next++
		_, err := b.one.Exec(b.next, b.leaf, hash)
		return err
	}
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert := tx.Stmt(b.many)
	for ; n > 0; n -= 32 {
		var values []any
		for range 32 {
			b.next++
			values = append(values, b.next, b.leaf, hash)
		}
		if _, err := insert.Exec(values...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
