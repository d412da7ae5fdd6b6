package pgtest

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A DSN is what a connection string says, in parts.
type DSN struct {
	Host           string // a name, an address, or the folder of a Unix socket
	Port           int
	User, Password string
	Database       string
	Params         url.Values // sslmode, sslrootcert …
}

// With returns dsn with what change makes of it.
func With(tb testing.TB, dsn string, change func(*DSN)) string {
	tb.Helper()
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	d := DSN{Host: c.Host, Port: int(c.Port), User: c.User, Password: c.Password, Database: c.Database, Params: url.Values{}}
	if u, err := url.Parse(dsn); err == nil {
		for k, v := range u.Query() {
			if strings.HasPrefix(k, "ssl") {
				d.Params[k] = v
			}
		}
	}
	change(&d)
	return d.String()
}

// String returns d as a URL.
func (d DSN) String() string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(d.User, d.Password), Path: "/" + d.Database}
	if d.Password == "" {
		u.User = url.User(d.User)
	}
	q := url.Values{}
	for k, v := range d.Params {
		q[k] = v
	}
	if strings.HasPrefix(d.Host, "/") {
		q.Set("host", d.Host)
		q.Set("port", strconv.Itoa(d.Port))
	} else {
		u.Host = net.JoinHostPort(d.Host, strconv.Itoa(d.Port))
	}
	u.RawQuery = q.Encode()
	return u.String()
}
