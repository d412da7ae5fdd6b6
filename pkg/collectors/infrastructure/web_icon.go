package infrastructure

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/technology"
	"osint/pkg/pipeline"
)

// maxIcon bounds an icon, in bytes.
const maxIcon = 256 << 10

// icon finds the icon of a page and reports its hashes: the first that the
// page links to, else /favicon.ico of its server. Only servers of the
// subject's own domain are asked. An answer that is no image is no icon. An
// error says that whether there is one is not known.
func icon(ctx context.Context, net *collectors.View, subject pipeline.Entity, page *collectors.Answer, links []string, emit collectors.Emit) error {
	at, err := url.Parse(page.URL)
	if err != nil || !ownedBy(subject, at) || page.Status >= http.StatusInternalServerError {
		return nil
	}
	server := serverOf(page.URL)
	var tried []pipeline.ExchangeID
	for _, place := range places(subject, at, links) {
		if image, media, ok := inline(place); ok {
			return emitIcon(emit, server, "data:", media, image, []pipeline.ExchangeID{page.Exchange})
		}
		a, err := net.HTTP(ctx, collectors.Request{Operation: "icon", URL: place, AnyStatus: true, MaxBytes: maxIcon})
		switch {
		case err != nil:
			return fmt.Errorf("icon: %w", err)
		case a.Status >= http.StatusInternalServerError || a.Status == http.StatusTooManyRequests:
			return fmt.Errorf("icon: HTTP status %d %s", a.Status, http.StatusText(a.Status))
		case a.Truncated:
			return fmt.Errorf("icon: longer than %d bytes", maxIcon)
		}
		if media := imageType(a); a.Status == http.StatusOK && media != "" {
			return emitIcon(emit, server, place, media, a.Body, a.Exchanges())
		}
		tried = append(tried, a.Exchanges()...)
	}
	emit(pipeline.Observation{Subject: server, Predicate: "shows-icon", Denies: true, Exchanges: tried})
	return nil
}

// ownedBy reports whether a URL lies within the subject's domain.
func ownedBy(subject pipeline.Entity, at *url.URL) bool {
	name, err := pipeline.NewName(at.Hostname())
	return err == nil && name.Registrable() == subject.Registrable()
}

// places returns where to look for a page's icon, the likeliest first: one
// link, if it leads to the subject or holds the image itself, and the place
// where browsers look without one.
func places(subject pipeline.Entity, page *url.URL, links []string) []string {
	usual := page.Scheme + "://" + page.Host + "/favicon.ico"
	for _, l := range links {
		if _, _, ok := inline(l); ok {
			return []string{l}
		}
		at, err := page.Parse(l)
		if err == nil && (at.Scheme == "http" || at.Scheme == "https") && at.User == nil && ownedBy(subject, at) {
			at.Fragment, at.RawFragment = "", ""
			if at.String() == usual {
				break
			}
			return []string{at.String(), usual}
		}
	}
	return []string{usual}
}

// inline reads an image that a link holds itself (RFC 2397, in base64).
func inline(link string) (image []byte, media string, ok bool) {
	rest, is := strings.CutPrefix(link, "data:")
	media, text, _ := strings.Cut(rest, ",")
	media, packed := strings.CutSuffix(media, ";base64")
	if !is || !packed || len(text) > 2*maxIcon || !strings.HasPrefix(media, "image/") {
		return nil, "", false
	}
	if escaped, err := url.PathUnescape(text); err == nil {
		text = escaped
	}
	image, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return image, cut(media, 60), err == nil && len(image) > 0
}

// imageType returns the media type of an answer that is an image, by its bytes
// if they tell, else by what it says; "" if it is none.
func imageType(a *collectors.Answer) string {
	if len(a.Body) == 0 {
		return ""
	}
	sniffed := http.DetectContentType(a.Body)
	said, _, _ := strings.Cut(strings.ToLower(a.Header.Get("Content-Type")), ";")
	said = strings.TrimSpace(said)
	switch {
	case strings.HasPrefix(sniffed, "image/"):
		return sniffed
	case strings.HasPrefix(said, "image/") && !strings.HasPrefix(sniffed, "text/html"):
		return cut(said, 60)
	}
	return ""
}

// emitIcon reports an icon, and what is known by it.
func emitIcon(emit collectors.Emit, server pipeline.Entity, at, media string, image []byte, proof []pipeline.ExchangeID) error {
	rules, err := technology.Own()
	if err != nil {
		return err
	}
	sum, old, hash := sha256.Sum256(image), md5.Sum(image), technology.IconHash(image)
	file := pipeline.Entity{Kind: pipeline.KindFileHash, Value: hex.EncodeToString(sum[:])}
	emit(pipeline.Observation{Subject: server, Predicate: "shows-icon", Object: &file, Exchanges: proof, Value: map[string]any{
		"url": cut(at, 300), "type": media, "bytes": len(image), "mmh3": hash, "md5": hex.EncodeToString(old[:])}})
	emitProducts(emit, server, rules.Detect(technology.Answer{Icon: &hash}), proof)
	return nil
}
