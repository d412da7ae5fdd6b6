package audit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDoubts says of each thing that keeps a ledger from being written, or would
// hide a cut end, what it is; and nothing of one that is whole.
func TestDoubts(t *testing.T) {
	base := newSite(t)
	for name, x := range map[string]struct {
		do   func(s *site)
		says string
	}{
		"whole":     {func(s *site) {}, ""},
		"none ever": {func(s *site) { s.must(os.RemoveAll(s.keys)); s.must(os.Remove(s.path)) }, ""},
		"key lost":  {func(s *site) { s.must(os.Remove(keyFile(s.keys, s.id()))) }, "the signing key of the ledger is not at"},
		"another key": {func(s *site) {
			path := keyFile(s.keys, s.id())
			s.must(os.Remove(path))
			_, err := newKey(path, "x")
			s.must(err)
		}, "it is another key"},
		"rotation cut off": {func(s *site) { s.must(os.Rename(keyFile(s.keys, s.id()), keyFile(s.keys, s.id())+".next")) }, ""},
		"head lost":        {func(s *site) { s.noHead() }, "the newest signed size"},
		"head empty":       {func(s *site) { s.must(os.WriteFile(headFile(s.keys, s.id()), nil, 0o600)) }, "the newest signed size"},
		"head torn":        {func(s *site) { s.must(os.WriteFile(headFile(s.keys, s.id()), []byte("{"), 0o600)) }, "newest signed size, at"},
		"set back":         {func(s *site) { s.must(os.Rename(s.older, s.path)) }, "was set back"},
		"others": {func(s *site) {
			h, err := readHead(s.keys, s.id())
			s.must(err)
			s.must(os.WriteFile(headFile(s.keys, s.id()), []byte(`{"size":`+"1"+`,"root":"`+h.Root+`"}`), 0o600))
		}, "was set back"},
		"gone":      {func(s *site) { s.must(os.Remove(s.path)) }, "the ledger is gone"},
		"put aside": {func(s *site) { s.must(os.Rename(s.path, filepath.Join(filepath.Dir(s.path), "ledger-"+s.id()+".db"))) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := base.copy(t)
			x.do(s)
			all, err := Doubts(filepath.Dir(s.path), s.keys, nil)
			s.must(err)
			if (x.says == "") != (len(all) == 0) {
				t.Fatalf("%+v", all)
			}
			for _, d := range all {
				if !strings.Contains(d.What, x.says) || d.Next == "" {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}
