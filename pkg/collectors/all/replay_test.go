package all

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// What a task was answered is all it needs: put to the same answers again,
// read back from the record, it asks nothing and says the same.
func TestAnswersCanBeReadBack(t *testing.T) {
	for _, name := range lab.Names() {
		w, err := lab.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		world, o := serveFor(t, w, 0)
		nowhere, err := collectors.New(collectors.Options{Resolvers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}, Roots: o.Roots, TrustAnchors: o.TrustAnchors, Keys: o.Keys, Bases: o.Bases})
		if err != nil {
			t.Fatal(err)
		}
		defer nowhere.Close()
		entries, replayed := Entries(), 0
		for _, r := range explore(t, world, w, 0, 5*time.Second) {
			if r.err != nil && r.outcome() != pipeline.Partial || !r.readable() {
				continue // something has to be asked again
			}
			i := slices.IndexFunc(entries, func(e collectors.Entry) bool { return e.Spec.Name == r.spec.Name })
			again := try(nowhere, entries[i], r.subject, 5*time.Second, r)
			if len(again.kept) > 0 {
				t.Errorf("%s: %s asks again: %s", name, again, again.kept[0].Locator)
			}
			if !slices.Equal(said(r), said(again)) {
				t.Errorf("%s: %s says otherwise when it reads its answers back", name, again)
			}
			replayed++
		}
		if replayed == 0 {
			t.Errorf("%s: nothing could be read back", name)
		}
	}
}

// readable reports whether every exchange can be read back.
func (r *trial) readable() bool {
	return !slices.ContainsFunc(r.kept, func(k kept) bool { return !k.Readable() || k.Outcome != pipeline.OK })
}

// said returns what a trial says, in an order of its own.
func said(r *trial) []string {
	var ids []string
	for _, o := range r.said {
		ids = append(ids, o.Digest())
	}
	slices.Sort(ids)
	return ids
}
