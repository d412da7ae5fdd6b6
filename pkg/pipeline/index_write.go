package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// add makes entries durable; with whole the case is in the index with all it
// has. It makes the key when there is none, and fills in the digests of values.
func (x *Index) add(values map[string]string, caseID string, whole bool) (digests map[string]string, err error) {
	paths := map[string]bool{}
	err = x.locked(func() error {
		if err := x.ready(); err != nil {
			return err
		}
		shards := map[string][]byte{}
		digests = map[string]string{}
		for kid, value := range values {
			d := x.Digest(value)
			digests[kid] = d
			path := x.shard(d)
			shards[path] = append(shards[path], append(encode(Indexed{d, caseID, kid}), '\n')...)
		}
		if whole {
			shards[x.members()] = append(encode(member{Case: caseID, Key: x.id()}), '\n')
		}
		for path, lines := range shards {
			if err := appendLines(path, lines); err != nil {
				return err
			}
			paths[path] = true
		}
		return nil
	})
	if err == nil { // who takes others out meanwhile makes durable what is left
		err = syncFiles(x.dir(), paths)
	}
	return digests, err
}

// ready makes the key. Entries under a key that is gone tell nobody anything:
// they go, and their cases are looked through until they are in it again.
func (x *Index) ready() error {
	w, err := wrapOf(x.keys, true)
	if err != nil {
		return err
	}
	put := func(key []byte) error { return replaceFile(x.keyFile(), w.whole(filepath.Base(x.keyFile()), key)) }
	if now, err := OpenIndex(x.keys); err != nil || now.key != nil {
		x.key = nil
		if now != nil {
			x.key = now.key
		}
		if err == nil && now.clear && w != nil { // the store was encrypted since
			err = put(now.key)
		}
		return err
	}
	old, err := filepath.Glob(filepath.Join(x.dir(), "*"))
	if err != nil {
		return err
	}
	if err := removeFiles(slices.DeleteFunc(old, func(p string) bool { return p == x.lockFile() })...); err != nil {
		return err
	}
	key := random(32)
	if err := put(key); err != nil {
		return err
	}
	x.key = key
	return nil
}

// leave takes a case out of the index: it is marked first, so that whatever
// happens it is looked through and not overlooked.
func (x *Index) leave(caseID string, digests []string) error {
	if x.key == nil {
		return nil
	}
	return x.locked(func() error {
		if err := appendLines(x.members(), append(encode(member{Case: caseID, Gone: true}), '\n')); err != nil {
			return err
		}
		if err := syncEach(map[string]bool{x.members(): true}); err != nil {
			return err
		}
		return x.purge(digests, func(e Indexed) bool { return e.Case == caseID })
	})
}

// drop takes some keys of a case out of the index.
func (x *Index) drop(caseID string, kids, digests []string) error {
	if x.key == nil || len(digests) == 0 {
		return nil
	}
	return x.locked(func() error {
		return x.purge(digests, func(e Indexed) bool { return e.Case == caseID && slices.Contains(kids, e.Kid) })
	})
}

// purge rewrites the shards of digests without some entries.
func (x *Index) purge(digests []string, goes func(Indexed) bool) error {
	paths := map[string]bool{}
	for _, d := range digests {
		if len(d) > 2 {
			paths[x.shard(d)] = true
		}
	}
	for path := range paths {
		var left bytes.Buffer
		if err := eachLine(path, func(line []byte) {
			var e Indexed
			if json.Unmarshal(line, &e) == nil && !goes(e) {
				left.Write(line)
				left.WriteByte('\n')
			}
		}); err != nil {
			return err
		}
		put := func() error { return replaceFile(path, left.Bytes()) }
		if left.Len() == 0 {
			put = func() error { return removeFiles(path) }
		}
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// locked does something while no other process writes to the index.
func (x *Index) locked(do func() error) error {
	err := os.MkdirAll(x.dir(), 0o700)
	if err != nil {
		return fmt.Errorf("write index of subjects: %w", err)
	}
	l, err := os.OpenFile(x.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("write index of subjects: %w", err)
	}
	defer l.Close()
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Flock(int(l.Fd()), unix.LOCK_EX)
	}
	if err == nil {
		err = do()
	}
	if err != nil {
		return fmt.Errorf("write index of subjects: %w", err)
	}
	return nil
}
