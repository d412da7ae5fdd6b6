package infrastructure

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// An archive gathers what an archive of the web has of a domain: the names
// below it, how many pages, and those pages that should not have been open. An
// address of a page may say anything about anybody: its query is cut off, one
// with a mailbox in it is left out, and only what looks like an accident of its
// owner's is told.
type archive struct {
	name        string
	names       *nameList
	pages       map[string]bool // without query
	notable     map[pipeline.Entity]capture
	first, last time.Time
	oldest      bool // of each page only the first capture is known
	exchange    pipeline.ExchangeID
	partial     bool // there is more than was read
}

// A capture is what an archive says of a page.
type capture struct {
	first, last  time.Time
	status, kind string
	exchange     pipeline.ExchangeID
}

func newArchive(name, domain string) *archive {
	return &archive{name: name, names: newNameList(domain), pages: map[string]bool{}, notable: map[pipeline.Entity]capture{}}
}

// maxArchived is how many pages of one domain are told.
const maxArchived = 200

// slips are paths under which lies what was meant for nobody: configuration,
// repositories, dumps, keys, and desks of administrators.
var slips = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|/)\.(env|git|svn|hg|htpasswd|aws|ssh|npmrc|bash_history|ds_store)([./_-]|$)` +
		`|\.(sql|bak|old|orig|swp|dump|sqlite3?|mdb|pem|key|pfx|p12|ppk|kdbx)(\.(gz|zip|bz2|xz))?$` +
		`|(^|/)[^/]*(backup|dump|database|public_html|htdocs|wwwroot)[^/]*\.(zip|tar|tgz|gz|7z|rar|bz2)$` +
		`|(^|/)(phpinfo\.php|web\.config|wp-config\.php[^/]*|id_rsa[^/]*|server-status|actuator|elmah\.axd)(/|$)` +
		`|(^|/)(admin|administrator|wp-admin|phpmyadmin|adminer|pma|jenkins|kibana|grafana)(\.php|\.aspx?|/|$)`)
})

// add takes one capture: its address as it stands there, its moment as fourteen
// digits, its status and media type.
func (s *archive) add(raw, at, status, kind string, x pipeline.ExchangeID) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return
	}
	when, err := time.Parse("20060102150405", at)
	if err != nil {
		when = time.Time{}
	}
	last := when
	if s.oldest {
		last = time.Time{}
	}
	s.names.add(u.Hostname(), when, last, x)
	if s.exchange == "" {
		s.exchange = x
	}
	if _, below := nameBelow(u.Hostname(), s.names.domain); !below && bare(u.Hostname()) != s.names.domain {
		return
	}
	if s.first.IsZero() || !when.IsZero() && when.Before(s.first) {
		s.first = when
	}
	if when.After(s.last) {
		s.last = when
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	page := u.String()
	s.pages[page] = true
	if strings.ContainsAny(u.Path, "@") || strings.Contains(strings.ToLower(page), "%40") || !slips().MatchString(strings.ToLower(u.Path)) {
		return
	}
	if e, err := pipeline.NewEntity(pipeline.KindURL, page); err == nil {
		s.keep(e, capture{when, last, status, kind, x})
	}
}

// keep takes a capture of a page that is told.
func (s *archive) keep(e pipeline.Entity, c capture) {
	old, known := s.notable[e]
	if !known {
		s.notable[e] = c
		return
	}
	if c.first.Before(old.first) {
		old.first = c.first
	}
	if c.last.After(old.last) {
		old.last = c.last
	}
	s.notable[e] = old
}

// tell reports what was gathered; cut is why there is more, and is returned.
// An archive that has nothing says nothing.
func (s *archive) tell(emit collectors.Emit, cut error) error {
	s.partial = cut != nil
	if len(s.pages) > 0 {
		v := map[string]any{"archive": s.name, "pages": float64(len(s.pages)), "whole": !s.partial}
		if !s.partial && !s.first.IsZero() {
			v["first"] = moment(s.first)
		}
		if !s.partial && !s.oldest && !s.last.IsZero() {
			v["last"] = moment(s.last)
		}
		emit(pipeline.Observation{Predicate: "archived", Value: v, Exchanges: []pipeline.ExchangeID{s.exchange}})
	}
	pages := slices.SortedFunc(maps.Keys(s.notable), func(a, b pipeline.Entity) int { return strings.Compare(a.Value, b.Value) })
	for _, e := range pages[:min(len(pages), maxArchived)] {
		c := s.notable[e]
		v, _ := spanOf(c.first, c.last).(map[string]any)
		if v == nil {
			v = map[string]any{}
		}
		if n, err := strconv.ParseUint(c.status, 10, 10); err == nil && n >= 100 {
			v["status"] = float64(n)
		}
		if mediaType().MatchString(c.kind) {
			v["type"] = c.kind
		}
		emit(pipeline.Observation{Predicate: "archived-page", Object: &e, Value: v, Exchanges: []pipeline.ExchangeID{c.exchange}})
	}
	if err := s.names.toldThen(emit, cut); err != nil {
		return err
	}
	if len(pages) > maxArchived {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d pages that should not be open, of which the first %d are told", len(pages), maxArchived))
	}
	return nil
}

var mediaType = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]{1,80}$`) })
