package collectors

import (
	"container/list"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// kept is an answer that may serve again.
type kept struct {
	At     time.Time     `json:"at"`             // when it was fetched, or last found unchanged
	Life   time.Duration `json:"life,omitempty"` // how long it holds by its own word; 0 if it has none
	Status int           `json:"status"`
	URL    string        `json:"url"`
	Doubt  string        `json:"doubt,omitempty"` // see [Answer]
	Header http.Header   `json:"header"`
	Body   []byte        `json:"body"`

	took time.Duration // to fetch
}

// fresh reports whether an answer may be served without asking. One from the
// future is not: some clock was wrong.
func (k *kept) fresh(now time.Time, ttl time.Duration) bool {
	if k == nil || k.At.After(now) {
		return false
	}
	age := now.Sub(k.At)
	return age < ttl && (k.Life == 0 || age < k.Life)
}

// condition sets the validators of an answer that is no longer fresh.
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

// unchanged returns an answer that was found to hold still.
func (k *kept) unchanged(at time.Time) *kept {
	again := *k
	again.At = at
	return &again
}

const maxCached = 64 << 20 // bytes held in memory

// weight is about what an answer takes in memory. Most are small: what is
// around them counts.
func (k *kept) weight(key string) int {
	n := 512 + len(key) + len(k.URL) + len(k.Body)
	for name, values := range k.Header {
		n += 64 + len(name)
		for _, v := range values {
			n += 32 + len(v)
		}
	}
	return n
}

// cache holds answers in memory, and behind it on disk those that may lie
// there. A key says for whom: see [View.shelf]. One caller at a time asks for
// a key; the others wait for what it gets. Nothing else of a Net reaches a
// disk, usage.db apart.
type cache struct {
	disk *shelf // nil: none

	mu    sync.Mutex
	held  map[string]*list.Element
	order *list.List // of *held, the last used first
	size  int
	busy  map[string]chan struct{}
}

type held struct {
	key string
	*kept
}

func newCache(dir, realm string) *cache {
	c := &cache{held: map[string]*list.Element{}, order: list.New(), busy: map[string]chan struct{}{}}
	if dir != "" {
		c.disk = &shelf{dir: dir, realm: realm}
	}
	return c
}

// get returns the answer of a key, fresh or not; nil if there is none.
func (c *cache) get(key string, disk bool) *kept {
	c.mu.Lock()
	if e := c.held[key]; e != nil {
		c.order.MoveToFront(e)
		defer c.mu.Unlock()
		return e.Value.(*held).kept
	}
	c.mu.Unlock()
	if !disk || c.disk == nil {
		return nil
	}
	k := c.disk.read(key)
	if k != nil {
		c.hold(key, k)
	}
	return k
}

// put keeps an answer for as long as it may serve, or be asked about.
func (c *cache) put(key string, k *kept, disk bool, ttl time.Duration) {
	c.hold(key, k)
	if disk && c.disk != nil {
		c.disk.write(key, k, k.At.Add(ttl+afterwards))
	}
}

// hold keeps an answer in memory, and lets go of those longest unused.
func (c *cache) hold(key string, k *kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.held[key]; e != nil {
		c.drop(e)
	}
	c.held[key] = c.order.PushFront(&held{key, k})
	for c.size += k.weight(key); c.size > maxCached && c.order.Len() > 1; {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	h := c.order.Remove(e).(*held)
	delete(c.held, h.key)
	c.size -= h.weight(h.key)
}

// forget lets go of what is held under a prefix.
func (c *cache) forget(prefix string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.order.Front(); e != nil; {
		next := e.Next()
		if strings.HasPrefix(e.Value.(*held).key, prefix) {
			c.drop(e)
		}
		e = next
	}
}

// lead makes the caller the one who asks for a key, until it calls done; or,
// once another who asks is done, returns nil.
func (c *cache) lead(ctx context.Context, key string) (done func(), err error) {
	if done, mine := c.tryLead(key); mine {
		return done, nil
	}
	return nil, c.wait(ctx, key)
}

// tryLead makes the caller the one who asks for a key, unless another is.
func (c *cache) tryLead(key string) (done func(), mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[key] != nil {
		return nil, false
	}
	asking := make(chan struct{})
	c.busy[key] = asking
	return func() {
		c.mu.Lock()
		delete(c.busy, key)
		c.mu.Unlock()
		close(asking)
	}, true
}

// wait returns when nobody asks for a key.
func (c *cache) wait(ctx context.Context, key string) error {
	c.mu.Lock()
	asking := c.busy[key]
	c.mu.Unlock()
	if asking == nil {
		return nil
	}
	select {
	case <-asking:
		return nil
	case <-ctx.Done():
		return failure(ctx, ctx.Err())
	}
}

// prune removes from disk what is of no use any more.
func (c *cache) prune(now time.Time) {
	if c.disk != nil {
		c.disk.prune(now)
	}
}
