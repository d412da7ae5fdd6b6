package collectors

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// kept is an answer that may serve again.
type kept struct {
	At     time.Time   `json:"at"` // when it was fetched, or last found unchanged
	Status int         `json:"status"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// fresh reports whether an answer may be served without asking.
func (k *kept) fresh(now time.Time, ttl time.Duration) bool {
	return k != nil && now.Sub(k.At) < ttl && !k.At.After(now.Add(time.Minute))
}

// condition returns the validators of an answer that is no longer fresh.
func (k *kept) condition(h http.Header) {
	if k == nil {
		return
	}
	if tag := k.Header.Get("ETag"); tag != "" {
		h.Set("If-None-Match", tag)
	}
	if at := k.Header.Get("Last-Modified"); at != "" {
		h.Set("If-Modified-Since", at)
	}
}

// memory holds answers for as long as the process, or one case, lives. One
// caller at a time fetches a key; the others wait for what it gets.
type memory struct {
	mu   sync.Mutex
	held map[string]*kept
	busy map[string]*sync.Mutex
}

func newMemory() *memory {
	return &memory{held: map[string]*kept{}, busy: map[string]*sync.Mutex{}}
}

// hold takes a key for one caller; done gives it back.
func (m *memory) hold(key string) (done func()) {
	m.mu.Lock()
	l := m.busy[key]
	if l == nil {
		l = new(sync.Mutex)
		m.busy[key] = l
	}
	m.mu.Unlock()
	l.Lock()
	return l.Unlock
}

func (m *memory) get(key string) *kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held[key]
}

func (m *memory) put(key string, k *kept) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held[key] = k
}

// cache is the process's memory of answers without personal data, and a
// folder behind it if there is one. Nothing else of a Net reaches a disk.
type cache struct {
	*memory
	dir string
}

func newCache(dir string) *cache { return &cache{newMemory(), dir} }

// keep is what the cache and a case's own memory have in common.
type keeper interface {
	hold(key string) (done func())
	get(key string) *kept
	put(key string, k *kept)
}

func (c *cache) get(key string) *kept {
	if k := c.memory.get(key); k != nil || c.dir == "" {
		return k
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return nil
	}
	k := new(kept)
	if json.Unmarshal(data, k) != nil {
		return nil // torn: it is fetched again
	}
	c.memory.put(key, k)
	return k
}

// put keeps an answer; a folder that can't be written only costs the next
// run a question.
func (c *cache) put(key string, k *kept) {
	c.memory.put(key, k)
	if c.dir == "" {
		return
	}
	path := c.path(key)
	data, err := json.Marshal(k)
	if err != nil || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if e := f.Close(); err != nil || e != nil || os.Rename(f.Name(), path) != nil {
		os.Remove(f.Name())
	}
}

func (c *cache) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(c.dir, name[:2], name[2:]+".json")
}
