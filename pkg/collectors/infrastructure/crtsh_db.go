package infrastructure

import (
	"context"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// crtshDB asks the data base behind crt.sh, which is open to everybody, what
// its web server failed to answer to [crtsh]. One round trip, in clear.
func crtshDB() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ct-crtsh-db", Title: "Names in certificate transparency (crt.sh, its data base)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "certificate-transparency", Grade: "A2",
			Source: pipeline.Source{
				Name: "crt.sh-db", Family: "certificate-transparency", Base: "crt.sh:5432", Country: "GB",
				Terms: "https://groups.google.com/g/crtsh", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 1, Interval: 5 * time.Second,
			},
			Sends:       []pipeline.Kind{pipeline.KindDomain},
			Ceiling:     pipeline.Ceiling{Requests: 1, Bytes: 32 << 20},
			Timeout:     60 * time.Second,
			StandsInFor: "ct-crtsh",
		},
		Collect: queryCrtsh,
	}
}

// crtshRows is how many names of certificates are read.
const crtshRows = 10000

// crtshSQL finds the names below $1 in certificates that are still valid. The
// first condition is the one that has an index. What has not the form of a name
// of DNS is not asked for: in certificates for mail it is somebody's.
const crtshSQL = `SELECT DISTINCT lower(cai.name_value) AS name, ca.name AS issuer,
  to_char(x509_notBefore(cai.certificate), 'YYYY-MM-DD"T"HH24:MI:SS') AS not_before,
  to_char(x509_notAfter(cai.certificate), 'YYYY-MM-DD"T"HH24:MI:SS') AS not_after
FROM certificate_and_identities cai LEFT JOIN ca ON ca.id = cai.issuer_ca_id
WHERE plainto_tsquery('certwatch', $1::text) @@ identities(cai.certificate)
  AND cai.name_type IN ('san:dNSName', '2.5.4.3')
  AND cai.name_value ~* '^([*][.])?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$'
  AND cai.name_value ILIKE '%.' || $1::text
  AND x509_notAfter(cai.certificate) >= now() AT TIME ZONE 'UTC'
LIMIT 10001`

func queryCrtsh(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	got, err := net.Query(ctx, collectors.Query{Operation: "search", User: "guest", Database: "certwatch", SQL: crtshSQL, Args: []string{subject.Value}, MaxRows: crtshRows})
	if err != nil {
		return err
	}
	found := newCertified(subject.Value)
	for _, row := range got.Rows {
		if _, ok := row["name"]; !ok {
			return pipeline.Fail(pipeline.Malformed, "crt.sh's data base sent rows without names")
		}
		found.add(loggedRow(row), got.Exchange)
	}
	if err := found.tell(emit); err != nil || got.Whole {
		return err
	}
	return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d rows that are read", crtshRows))
}

func loggedRow(row map[string]string) logged {
	at := func(key string) time.Time {
		t, err := time.Parse("2006-01-02T15:04:05", row[key])
		return map[bool]time.Time{true: t}[err == nil]
	}
	return logged{names: []string{row["name"]}, issuer: issuerOf(row["issuer"]), notBefore: at("not_before"), notAfter: at("not_after")}
}
