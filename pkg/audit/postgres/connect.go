package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// MaxConns is the most connections that one process holds.
const MaxConns = 20

const (
	connectTimeout   = 10 * time.Second
	statementTimeout = 2 * time.Minute // of a statement, and of a transaction that waits for us
)

// ErrNotConfigured says that no shared PostgreSQL is named.
var ErrNotConfigured = errors.New("no PostgreSQL is named: set POSTGRES_URL=postgres://USER@HOST/DATABASE, or service=NAME, or POSTGRES_HOST")

// A Config says which PostgreSQL is shared, and how it is reached.
type Config struct {
	pool *pgxpool.Config
}

// Parse reads where the shared PostgreSQL is: POSTGRES_URL, or POSTGRES_HOST,
// _PORT, _USER, _DB, _SSLMODE, _SSLROOTCERT, _SSLCERT and _SSLKEY. The password
// is the URL's, else POSTGRES_PASSWORD, else what POSTGRES_PASSWORD_FILE holds,
// else that of PGPASSFILE. What these leave open is filled from libpq's PG*
// variables and its service file, which pgx reads from the process itself; they
// alone name no server of ours, and the error is [ErrNotConfigured].
//
// Anything but a Unix socket is spoken to over TLS with the server's name
// verified: that is the default, and less is refused. No error holds a password.
func Parse(getenv func(string) string) (*Config, error) {
	text, err := connString(getenv)
	if err != nil {
		return nil, err
	}
	password, err := password(getenv)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.ParseConfig(text)
	if err != nil && strings.Contains(err.Error(), "sslmode is invalid") {
		return nil, errors.New("sslmode is none that there is: write verify-full, or leave it out, which is the same")
	}
	if err != nil {
		return nil, fmt.Errorf("read where PostgreSQL is: %s", scrub(err, text, password))
	}
	c := pool.ConnConfig
	if password != "" && !saysPassword(text) {
		c.Password = password
	}
	if err := checkTLS(c); err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"application_name":                    "osint",
		"statement_timeout":                   strconv.FormatInt(statementTimeout.Milliseconds(), 10),
		"idle_in_transaction_session_timeout": strconv.FormatInt(statementTimeout.Milliseconds(), 10),
	} {
		if c.RuntimeParams[name] == "" {
			c.RuntimeParams[name] = value
		}
	}
	if c.ConnectTimeout == 0 || c.ConnectTimeout > time.Minute {
		c.ConnectTimeout = connectTimeout
	}
	if pool.MaxConns > MaxConns || !strings.Contains(text, "pool_max_conns") {
		pool.MaxConns = MaxConns
	}
	return &Config{pool}, nil
}

// connString returns what pgx is to read. Where nobody says how TLS is to be,
// it says verify-full.
func connString(getenv func(string) string) (string, error) {
	text := getenv("POSTGRES_URL")
	var parts []string
	for _, p := range [][2]string{{"HOST", "host"}, {"PORT", "port"}, {"USER", "user"}, {"DB", "dbname"}, {"SSLMODE", "sslmode"},
		{"SSLROOTCERT", "sslrootcert"}, {"SSLCERT", "sslcert"}, {"SSLKEY", "sslkey"}} {
		if v := getenv("POSTGRES_" + p[0]); v != "" {
			parts = append(parts, p[1]+"='"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v)+"'")
		}
	}
	if text == "" && getenv("POSTGRES_HOST") == "" && getenv("POSTGRES_DB") == "" {
		return "", ErrNotConfigured
	}
	if text == "" {
		text = strings.Join(parts, " ")
	}
	if scheme, _, is := strings.Cut(text, "://"); is && !isURL(text) && scheme != "" && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz+") == "" {
		return "", fmt.Errorf("POSTGRES_URL begins with %s://, which is no PostgreSQL: write postgres://USER@HOST:PORT/DATABASE", scheme)
	}
	open := !strings.Contains(text, "sslmode=") && !strings.Contains(text, "service=") && getenv("PGSSLMODE") == "" && getenv("PGSERVICE") == ""
	if !isURL(text) {
		if open {
			text += " sslmode=verify-full"
		}
		return text, nil
	}
	u, err := url.Parse(text)
	if err != nil { // what it says may be part of a password
		return "", errors.New("POSTGRES_URL is no URL: write postgres://USER@HOST:PORT/DATABASE, with % in front of the hex of what is no letter, digit or one of -._~ in USER and password")
	}
	if q := u.Query(); open {
		q.Set("sslmode", "verify-full")
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

// saysPassword reports whether the connection string has one of its own.
func saysPassword(text string) bool {
	if u, err := url.Parse(text); isURL(text) && err == nil {
		_, set := u.User.Password()
		return set || u.Query().Has("password")
	}
	return strings.Contains(text, "password=") || strings.Contains(text, "password =")
}

// password returns the one that is given apart from the connection string.
func password(getenv func(string) string) (string, error) {
	if p := getenv("POSTGRES_PASSWORD"); p != "" {
		return p, nil
	}
	file := getenv("POSTGRES_PASSWORD_FILE")
	if file == "" {
		return "", nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the file that POSTGRES_PASSWORD_FILE names: %w", err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// checkTLS refuses what would speak in clear, or to whom it does not know,
// with any of the hosts.
func checkTLS(c *pgx.ConnConfig) error {
	refuse := func(host string) error {
		return fmt.Errorf("PostgreSQL at %s would be spoken to without verifying that it is %s: write sslmode=verify-full, and sslrootcert=FILE if its authority is your own; only a Unix socket (host=/run/postgresql) needs no TLS", host, host)
	}
	if !socket(c.Host) && (c.TLSConfig == nil || c.TLSConfig.InsecureSkipVerify) {
		return refuse(c.Host)
	}
	for _, f := range c.Fallbacks {
		if !socket(f.Host) && (f.TLSConfig == nil || f.TLSConfig.InsecureSkipVerify) {
			return refuse(f.Host)
		}
	}
	return nil
}

func socket(host string) bool { return strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") }

// scrub returns what err says, without the connection string and passwords.
func scrub(err error, text, password string) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	said := strings.ReplaceAll(err.Error(), text, "(the connection string)")
	secrets := []string{password}
	if u, err := url.Parse(text); err == nil && u.User != nil {
		p, _ := u.User.Password()
		secrets = append(secrets, p)
	}
	for _, s := range secrets {
		if s != "" {
			said = strings.ReplaceAll(said, s, "(password)")
		}
	}
	return said
}

// String names the server and the database, without who asks and how: it may
// be recorded.
func (c *Config) String() string {
	cc := c.pool.ConnConfig
	if socket(cc.Host) {
		return cc.Host + "/" + cc.Database
	}
	host := cc.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return fmt.Sprintf("%s:%d/%s", host, cc.Port, cc.Database)
}

// Open returns a pool of at most [MaxConns] connections. It connects when the
// first is wanted. The caller closes it.
func (c *Config) Open(ctx context.Context) (*pgxpool.Pool, error) {
	return pgxpool.NewWithConfig(ctx, c.pool.Copy())
}

// Connect returns one connection. The caller closes it.
func (c *Config) Connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, c.pool.ConnConfig.Copy())
}
