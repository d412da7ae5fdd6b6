package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// Issued reports whether the ledger in a folder recorded that it issued a file, by
// the file's digest, and in which entry. A report that was only printed, and to no
// file, is not recorded.
func Issued(dir, path string) (seq int64, ok bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return 0, false, err
	}
	r, err := OpenReader(dir)
	if err != nil {
		return 0, false, err
	}
	defer r.Close()
	sum := hex.EncodeToString(h.Sum(nil))
	rows, err := r.q.QueryContext(context.Background(), "SELECT leaf FROM entry WHERE instr(leaf, ?) > 0 ORDER BY seq", []byte(`"sha256":"`+sum+`"`))
	if err != nil {
		return 0, false, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return 0, false, damage(r.Path, err)
		}
		if leaf, err := ParseLeaf(b); err == nil && leaf.Type == Report {
			return leaf.Seq, true, nil
		}
	}
	return 0, false, damage(r.Path, rows.Err())
}
