package main

import (
	"context"
	"fmt"

	"osint/pkg/audit/postgres"
)

// sharedPostgres returns the PostgreSQL that the record is shared with. Where
// nobody said with which password or certificate, it is looked for where
// credentials lie.
func (c *console) sharedPostgres(ctx context.Context) (*postgres.Config, error) {
	config, err := postgres.Parse(c.getenv)
	if err != nil || !config.WantsCredential() {
		return config, err
	}
	key, err := c.reveal(ctx, "POSTGRES_SSLKEY_PEM")
	if err != nil {
		return nil, fmt.Errorf("who asks PostgreSQL is not known: %w", err)
	}
	if key != "" {
		cert, err := c.reveal(ctx, "POSTGRES_SSLCERT_PEM")
		if err == nil {
			err = config.SetCertificate(cert, key)
		}
		return config, err
	}
	password, err := c.reveal(ctx, "POSTGRES_PASSWORD")
	if err != nil {
		return nil, fmt.Errorf("who asks PostgreSQL is not known: %w", err)
	}
	if password != "" {
		config.SetPassword(password)
	}
	return config, nil
}
