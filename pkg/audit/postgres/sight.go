package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// teamless asks whether the login sees no entry of anybody, for it is in no team.
const teamless = `SELECT row_security_active('audit.entry') AND audit.my_team() IS NULL AND NOT pg_has_role('osint_owner', 'USAGE'), session_user::text`

// noTeam is the error of a login that is in no team.
func noTeam(dest, login string) error {
	return &Error{Refused, dest, fmt.Errorf("the login %s is in no team, and sees nothing: an admin admits it with: SELECT audit.admit('%s', 'TEAM')", login, login)}
}

// sees fails where the login may see nothing of a ledger: that the server shows
// none of it proves nothing then. A ledger that nobody shipped there is no
// error.
func (a *Anchor) sees(ctx context.Context, c *pgx.Conn, ledger string) error {
	var none, seen, known bool
	var login string
	if err := c.QueryRow(ctx, teamless).Scan(&none, &login); err != nil {
		return err
	}
	if none {
		return noTeam(a.d.Name, login)
	}
	err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM audit.ledger WHERE ledger_id = $1), audit.known($1)", ledger).Scan(&seen, &known)
	if err == nil && known && !seen {
		err = &Error{Refused, a.d.Name, fmt.Errorf("the login %s sees nothing of ledger %s, which is another login's or team's: ask with the one that ships it, or with an osint_analyst of its team", login, ledger)}
	}
	return err
}
