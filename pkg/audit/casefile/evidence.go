package casefile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// lostEvidence is what a line names and nobody has met yet.
type lostEvidence struct {
	line uint64
	kid  string // of the key that sealed it; "" if it is in clear
}

// erasing is what one Erased line says was destroyed.
type erasing struct {
	line    uint64
	kids    []string
	digests []string
	reports []string
}

// packName is the file of sealed values.
const packName = "evidence/sealed.jsonl"

// blobName is where the bytes of an answer lie.
func blobName(digest string) string { return "evidence/" + digest[:2] + "/" + digest[2:] + ".gz" }

// answer holds the bytes kept of an answer against the digest in its line.
func (r *reader) answer(line uint64, x *pipeline.Exchange) {
	raw, err := hex.DecodeString(x.SHA256)
	if err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != x.SHA256 {
		r.fault(audit.Tampered, "evidence", "line %d: %q is no digest of an answer", line, x.SHA256)
		return
	}
	if r.blobs[[32]byte(raw)] {
		return
	}
	r.blobs[[32]byte(raw)] = true
	switch sum, err := r.gz.sum(r.root.Lstat, r.root.Open, blobName(x.SHA256)); {
	case absent(err):
		r.lost[x.SHA256] = lostEvidence{line, x.Kid}
	case errors.Is(err, fs.ErrPermission):
		r.Evidence.Missing++
		r.fault(audit.Incomplete, "evidence", "line %d: %s: %v", line, blobName(x.SHA256), err)
	case err != nil:
		r.fault(audit.Tampered, "evidence", "line %d: %s: %v", line, blobName(x.SHA256), err)
	case sum != x.SHA256:
		r.fault(audit.Tampered, "evidence", "line %d: %s holds other bytes: their digest is %s", line, blobName(x.SHA256), sum)
	default:
		r.Evidence.Answers++
	}
}

// An unpacker hashes what compressed files hold, without holding it.
type unpacker struct {
	in *bufio.Reader
	z  *gzip.Reader
}

var errNoFile = errors.New("it is no plain file")

// ownHeader begins each compressed answer: no name, no time, no remark.
var ownHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// sum returns the digest of what a compressed file holds. A file that says
// something beside that was changed after a [pipeline.Store] wrote it.
func (u *unpacker) sum(stat statFunc, open openFunc, name string) (string, error) {
	f, err := plainFile(stat, open, name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if u.in == nil {
		u.in, u.z = bufio.NewReaderSize(nil, 1<<15), new(gzip.Reader)
	}
	u.in.Reset(f)
	if head, _ := u.in.Peek(len(ownHeader)); len(head) == len(ownHeader) && bytes.Equal(head[:3], ownHeader[:3]) && !bytes.Equal(head, ownHeader) {
		return "", errors.New("it is not compressed as evidence is: its header says something beside the answer")
	}
	if err := u.z.Reset(u.in); err != nil {
		return "", fmt.Errorf("it is not compressed as evidence is: %w", err)
	}
	u.z.Multistream(false)
	h := sha256.New()
	if _, err := io.Copy(h, u.z); err != nil {
		return "", fmt.Errorf("it can't be read to its end: %w", err)
	}
	if _, err := u.in.ReadByte(); !errors.Is(err, io.EOF) {
		return "", errors.New("something stands behind the answer in it")
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// mandated returns whom the mandate of a case names.
func mandated(l *pipeline.LawRef) (in []pipeline.Entity) {
	var m struct {
		Target struct{ People []struct{ Entity string } }
	}
	if l == nil || json.Unmarshal(l.Mandate, &m) != nil {
		return nil
	}
	for _, p := range m.Target.People {
		kind, value, _ := strings.Cut(p.Entity, ":")
		in = append(in, pipeline.Entity{Kind: pipeline.Kind(kind), Value: value})
	}
	return in
}

// sealedIn notes the sealed values that a line names. A token counts only where
// no text from outside can stand.
func (r *reader) sealedIn(e *pipeline.Event) {
	var in []pipeline.Entity
	switch {
	case e.Opened != nil:
		in = slices.Concat(e.Opened.Seeds, e.Opened.Scope, e.Opened.Excluded, mandated(e.Opened.Law))
	case e.Disclosed != nil:
		var d struct{ Recipient string }
		_ = json.Unmarshal(e.Disclosed.Data, &d) // what is not there names nobody
		in = append(in, pipeline.Entity{Value: d.Recipient})
	case e.Ruled != nil:
		in = append(in, e.Ruled.Lead.Entity)
	case e.Started != nil:
		in = append(in, e.Started.Task.Subject)
	case e.Observed != nil:
		o := e.Observed
		in = append(in, o.Subject, o.Asked)
		if o.Object != nil {
			in = append(in, *o.Object)
		} else if text, ok := o.Value.(string); ok && o.Category.Personal() {
			in = append(in, pipeline.Entity{Value: text})
		}
	case e.Found != nil:
		in = append(in, e.Found.Subject)
	}
	for _, x := range in {
		kid, digest, ok := strings.Cut(strings.TrimPrefix(x.Value, "sealed:"), ":")
		if !ok || !x.Sealed() || len(digest) != sha256.Size || strings.Trim(kid+digest, hexDigits) != "" {
			continue
		}
		if _, known := r.tokens[digest]; !known {
			r.tokens[digest] = lostEvidence{e.Seq, kid}
		}
	}
}

// readPack holds each sealed value against the digest that it lies under.
func (r *reader) readPack() {
	f, err := plainFile(r.root.Lstat, r.root.Open, packName)
	switch {
	case absent(err):
		return // what is missing of it is told of
	case errors.Is(err, fs.ErrPermission):
		r.fault(audit.Incomplete, "evidence", "%s: %v", packName, err)
		return
	case err != nil:
		r.fault(audit.Tampered, "evidence", "%s: %v", packName, err)
		return
	}
	defer f.Close()
	met, unnamed := map[string]bool{}, 0
	in := bufio.NewReaderSize(&lineBound{r: f}, 1<<16)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // a last line that is not ended never was
			break
		}
		if err != nil {
			r.fault(audit.Tampered, "evidence", "%s: line %d: %v", packName, n, err)
			break
		}
		digest, err := packed(line)
		if err != nil {
			r.fault(audit.Tampered, "evidence", "%s: line %d: %v", packName, n, err)
			continue
		}
		switch _, named := r.tokens[digest]; {
		case met[digest]:
		case named:
			r.Evidence.Sealed++
		default:
			unnamed++
		}
		met[digest] = true
	}
	for digest := range met {
		delete(r.tokens, digest)
	}
	if unnamed > 0 {
		r.fault(audit.Warned, "evidence", "%s holds values that no line names: %d", packName, unnamed)
	}
}

// packed returns the digest of a line of the pack, if it is what lies there.
func packed(line []byte) (digest string, err error) {
	var l struct {
		Digest string `json:"digest"`
		Sealed []byte `json:"sealed"`
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return "", fmt.Errorf("it is no sealed value: %w", err)
	}
	sum := sha256.Sum256(l.Sealed)
	if hex.EncodeToString(sum[:16]) != l.Digest {
		return "", fmt.Errorf("the ciphertext is not the one of %q", l.Digest)
	}
	if again, err := json.Marshal(l); err != nil || !bytes.Equal(append(again, '\n'), line) {
		return "", errors.New("it is not written as a sealed value is")
	}
	return l.Digest, nil
}

// erased notes what an Erased line says was destroyed.
func (r *reader) erased(e *pipeline.Event) {
	x := erasing{line: e.Seq}
	var d struct{ Kids, Digests, Reports []string }
	if err := json.Unmarshal(e.Erased.Data, &d); err == nil {
		x.kids, x.digests, x.reports = d.Kids, d.Digests, d.Reports
	}
	r.erasures = append(r.erasures, x)
}

// judgeErasure says of what is gone whether a line that is attested tells of it,
// and of what should be gone whether it is.
func (r *reader) judgeErasure(keysDir string) {
	kids, digests := map[string]uint64{}, map[string]uint64{}
	for _, x := range r.erasures {
		if x.line > r.Attested {
			continue // anybody may have put it there
		}
		for _, k := range x.kids {
			kids[k] = x.line
		}
		for _, d := range x.digests {
			digests[d] = x.line
		}
	}
	for _, gone := range []struct {
		named map[string]lostEvidence
		what  string
	}{{r.lost, "the answer"}, {r.tokens, "the sealed value"}} {
		for _, digest := range sorted(gone.named) {
			x := gone.named[digest]
			_, byKey := kids[x.kid]
			if _, byDigest := digests[digest]; byDigest || byKey && x.kid != "" {
				r.Evidence.Erased++
				continue
			}
			r.Evidence.Missing++
			r.fault(audit.Incomplete, "evidence", "line %d: %s %s is missing, and no line that is attested says that it was erased", x.line, gone.what, digest)
		}
	}
	r.stillThere(digests)
	r.keysStillThere(kids, keysDir)
}

// stillThere tells of answers that were to be destroyed and lie in the folder.
func (r *reader) stillThere(digests map[string]uint64) {
	for _, d := range sorted(digests) {
		raw, err := hex.DecodeString(d)
		if err != nil || len(raw) != sha256.Size || hex.EncodeToString(raw) != d {
			continue
		}
		if _, err := r.root.Lstat(blobName(d)); err == nil {
			r.fault(audit.Warned, "erasure", "line %d says that %s was erased, and %s is there", digests[d], d, path.Base(blobName(d)))
		}
	}
}

// keysStillThere tells of keys that were to be destroyed and lie in this
// installation's store.
func (r *reader) keysStillThere(kids map[string]uint64, keysDir string) {
	id, ok := strings.CutPrefix(r.Case, "c-")
	if len(kids) == 0 || keysDir == "" || !ok || strings.Trim(id, hexDigits) != "" {
		return
	}
	keys, err := pipeline.OpenKeys(keysDir, r.Case)
	if err != nil {
		r.fault(audit.Warned, "erasure", "whether its erased keys are still here can't be told: %v", err)
		return
	}
	for _, kid := range sorted(kids) {
		if _, there := keys.Key(kid); there {
			r.fault(audit.Warned, "erasure", "line %d says that key %s was destroyed, and it is still in this machine's key store", kids[kid], kid)
		}
	}
}
