package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// ExchangeID names one exchange in a case. It is made from the task's key,
// the question and how often this task has put it, so it needs nobody's
// answer and is the same when a task is run again.
type ExchangeID string

// NewExchangeID returns the ID of the nth (from 0) time that a task puts a
// question.
func NewExchangeID(task TaskKey, question string, nth int) ExchangeID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", task, question, nth))
	return ExchangeID("x" + hex.EncodeToString(sum[:10]))
}

// An Exchange is one question put to one source, and its answer.
//
// ID, Task, Kept, SHA256 and Kid are filled in by [Out]; the rest by whoever
// asked.
type Exchange struct {
	ID        ExchangeID    `json:"id"`
	Task      TaskKey       `json:"task"`
	Source    string        `json:"source"`    // name of the source asked
	Operation string        `json:"operation"` // what was asked of it: "query", "domain", "get"
	Locator   string        `json:"locator"`   // URL, DNS question or address; a template where bytes are not kept raw
	Question  string        `json:"question"`  // keyed digest of everything asked
	Outcome   Outcome       `json:"outcome"`
	Status    int           `json:"status,omitempty"` // HTTP status or DNS rcode
	At        time.Time     `json:"at"`               // when it was asked; when first asked, if cached
	Elapsed   time.Duration `json:"elapsed_ns"`
	Bytes     int           `json:"bytes"` // size of the answer's body
	Cost      float64       `json:"cost_usd,omitempty"`
	Cached    bool          `json:"cached,omitempty"`
	Error     string        `json:"error,omitempty"` // what went wrong, scrubbed

	// Credential names the header or parameter in which a credential was sent;
	// its value stands nowhere.
	Credential string `json:"credential,omitempty"`

	// Excess are the categories of data that the answer holds and its
	// collector's manifest does not name: it is sealed, if it would be kept raw.
	Excess []Category `json:"excess,omitempty"`

	Detail string `json:"detail,omitempty"` // counts of a sweep, peer address, TLS version: one line
	Kept   Keep   `json:"kept"`
	SHA256 string `json:"sha256,omitempty"` // of the bytes kept: raw body, ciphertext or derivative
	Kid    string `json:"kid,omitempty"`    // key of a sealed body
}

// Readable reports whether the answer can be read back from the case, so
// that a resumed task need not ask again.
func (e Exchange) Readable() bool {
	return e.Outcome != Cancelled && e.SHA256 != "" && (e.Kept == KeepRaw || e.Kept == KeepSealed)
}
