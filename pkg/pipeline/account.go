package pipeline

import (
	"net/url"
	"slices"
	"strings"
)

// profileWords are the parts of a path behind which sites put the name of an
// account.
const profileWords = " user users u in profile profiles people person member members author authors account accounts c channel id pub "

// Accounts returns the accounts that e may belong to or show, judged by its form
// alone, the likeliest first: those whose page, or a page below it, a URL is; the
// owner of a repository; of an account that one host tells of another's
// (site/name@host), the one at its own host. None of them need exist: it is for
// looking up accounts that are known, and says nothing of what e is.
func (e Entity) Accounts() (all []Entity) {
	if e.Sealed() {
		return nil
	}
	one := func(site, name string) {
		if a, err := NewEntity(KindAccount, site+"/"+name); err == nil && a != e && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	add := func(site, name string) {
		name = strings.TrimLeft(name, "@~")
		if name, host, ok := strings.Cut(name, "@"); ok {
			one(host, name)
		}
		one(site, name)
	}
	switch e.Kind {
	case KindAccount, KindRepository:
		parts := strings.Split(e.Value, "/")
		add(parts[0], parts[1])
	case KindURL:
		u, err := url.Parse(e.Value)
		if err != nil {
			return nil
		}
		names, _, first := pathNames(u.Path)
		names = append(names, queryNames(u)...)
		for _, n := range append(names, first) {
			add(u.Hostname(), n)
		}
	}
	return all
}

// Profile returns the account whose own page a URL is by its form: one that ends
// in /@name or /users/name and the like, or has a name alone behind its host. It
// may be another page all the same. Of anything else it is the zero Entity.
func (e Entity) Profile() Entity {
	all := e.Accounts()
	if e.Kind != KindURL || len(all) == 0 {
		return Entity{}
	}
	u, err := url.Parse(e.Value)
	if err != nil {
		return Entity{}
	}
	if _, last, first := pathNames(u.Path); last || len(queryNames(u)) > 0 || strings.Trim(u.Path, "/") == first {
		return all[0]
	}
	return Entity{}
}

// pathNames returns the names that the forms of profiles give in a path, whether
// the last of them ends it, and the path's first part.
func pathNames(path string) (names []string, last bool, first string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		switch {
		case p != "" && (p[0] == '@' || p[0] == '~'):
		case i > 0 && strings.Contains(profileWords, " "+strings.ToLower(parts[i-1])+" "):
		default:
			continue
		}
		names, last = append(names, p), i == len(parts)-1
	}
	return names, last, parts[0]
}

// queryNames returns the names that a query gives: of WebFinger, and of sites
// whose profiles are /user?id=name or /profile.php?id=name.
func queryNames(u *url.URL) (names []string) {
	q := u.Query()
	if name, ok := strings.CutPrefix(q.Get("resource"), "acct:"); ok {
		names = append(names, name)
	}
	page := strings.ToLower(strings.TrimSuffix(u.Path[strings.LastIndexByte(u.Path, '/')+1:], ".php"))
	if page != "" && strings.Contains(profileWords, " "+page+" ") {
		for _, key := range []string{"id", "user", "username", "name"} {
			if name := q.Get(key); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
