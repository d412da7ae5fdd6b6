package postgres

import (
	"crypto/tls"
	"errors"
)

// WantsCredential reports whether nobody said yet who asks: no password by a
// variable, a file or the connection string, and no client certificate. On a Unix
// socket the system may know.
func (c *Config) WantsCredential() bool {
	cc := c.pool.ConnConfig
	return cc.Password == "" && (cc.TLSConfig == nil || len(cc.TLSConfig.Certificates) == 0)
}

// SetPassword has connections show a password that was found elsewhere.
func (c *Config) SetPassword(password string) { c.pool.ConnConfig.Password = password }

// SetCertificate has connections over TLS show a client certificate that was
// found elsewhere: both are PEM. The error holds nothing of either.
func (c *Config) SetCertificate(cert, key string) error {
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		return errors.New("POSTGRES_SSLCERT_PEM and POSTGRES_SSLKEY_PEM are no pair: each is PEM, of one certificate and its key, which has no passphrase")
	}
	cc := c.pool.ConnConfig
	configs := []*tls.Config{cc.TLSConfig}
	for _, f := range cc.Fallbacks {
		configs = append(configs, f.TLSConfig)
	}
	for _, conf := range configs {
		if conf != nil {
			conf.Certificates = []tls.Certificate{pair}
		}
	}
	return nil
}
