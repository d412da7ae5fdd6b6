// Package postgres ships the record to a shared PostgreSQL, and reads it
// there.
//
// The schema audit holds the leaves of every ledger that was shipped (entry),
// tables made from them that people and dashboards read, and functions that
// are the only ones to write either. The embedded migrations make it; their
// comments say what each table and function is for.
package postgres
