package collectors

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// leastHidden is how long a credential is at least that is taken out of texts: a
// shorter one would take half the text with it.
const leastHidden = 4

// hide takes credentials out of a text that goes on record, in all the forms that
// they take there: as they are, in a URL, in JSON, in HTML, in base64.
func hide(text string, secrets []string) string {
	for _, s := range secrets {
		if len(s) < leastHidden {
			continue
		}
		text = strings.ReplaceAll(text, s, "(hidden)") // it need be no text
		text = written(s).ReplaceAllLiteralString(text, "(hidden)")
		for _, form := range inBase64(s) {
			text = strings.ReplaceAll(text, form, "(hidden)")
		}
	}
	return text
}

// hideEnd takes out the beginning of a credential with which a text that was cut
// ends.
func hideEnd(text, secret string) string {
	if len(secret) < leastHidden {
		return text
	}
	end := max(0, len(text)-12*len(secret)) // no form of a sign is longer
	return text[:end] + begun(secret).ReplaceAllLiteralString(text[end:], "(hidden)")
}

// written matches a text, each sign of it as it is or as some format escapes it.
func written(s string) *regexp.Regexp { return regexp.MustCompile(strings.Join(signs(s), "")) }

// begun matches a beginning of a text that is the end of another, in the same
// forms; the last sign may be torn.
func begun(s string) *regexp.Regexp {
	all := signs(s)
	all = all[:min(len(all), 400)] // expressions nest no deeper than 1000
	more := ""
	for i := len(all) - 1; i >= leastHidden; i-- {
		more = "(?:" + all[i] + more + ")?"
	}
	return regexp.MustCompile(strings.Join(all[:min(len(all), leastHidden)], "") + more + `(?:[\\%&][#%\\0-9A-Za-z]{0,11}|[^\x00-\x7f]{1,3})?\z`)
}

// signs returns an expression for each sign of a text.
func signs(s string) (list []string) {
	for _, r := range s {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			list = append(list, string(r))
			continue
		}
		forms := []string{regexp.QuoteMeta(string(r))}
		hex, url := "", ""
		for _, unit := range utf16.Encode([]rune{r}) {
			hex += fmt.Sprintf(`\\u%04x`, unit)
		}
		for _, b := range []byte(string(r)) {
			url += fmt.Sprintf("%%%02x", b)
		}
		forms = append(forms, "(?i:"+hex+")", "(?i:"+url+")", fmt.Sprintf("(?i:&#0*%d;|&#x0*%x;)", r, r))
		switch r {
		case ' ':
			forms = append(forms, `\+`)
		case '/', '"', '\\':
			forms = append(forms, `\\`+regexp.QuoteMeta(string(r)))
		case '\t':
			forms = append(forms, `\\t`)
		}
		if name := map[rune]string{'&': "amp", '<': "lt", '>': "gt", '"': "quot", '\'': "apos"}[r]; name != "" {
			forms = append(forms, "&"+name+";")
		}
		list = append(list, "(?:"+strings.Join(forms, "|")+")")
	}
	return list
}

// inBase64 returns what a text becomes in base64, wherever in three bytes it begins:
// alone, and after a name as in Basic. What its neighbours have a share in is left
// out.
func inBase64(s string) (forms []string) {
	if len(s) < 8 { // the rest would be in many texts
		return nil
	}
	for lead := range 3 {
		whole := s[:len(s)-(len(s)+lead)%3]
		coded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", lead) + whole))
		coded = coded[(lead*8+5)/6:]
		forms = append(forms, coded)
		if safe := strings.NewReplacer("+", "-", "/", "_").Replace(coded); safe != coded {
			forms = append(forms, safe)
		}
	}
	return forms
}

// hide takes the credential out of a text that goes on record.
func (g *grant) hide(text string) string {
	for ; g != nil; g = g.also {
		text = hide(text, []string{g.value})
	}
	return text
}

// scrub takes the credential out of an answer that repeats it, also where it was
// cut in its midst.
func (g *grant) scrub(k *kept, cut bool) {
	if g == nil || k == nil {
		return
	}
	for name, vs := range k.Header {
		for i, v := range vs {
			k.Header[name][i] = g.hide(v)
		}
	}
	text := g.hide(string(k.Body))
	for ; cut && g != nil; g = g.also {
		text = hideEnd(text, g.value)
	}
	if text != string(k.Body) {
		k.Body = []byte(text)
	}
}
