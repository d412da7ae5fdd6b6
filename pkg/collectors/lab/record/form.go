package record

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"
)

// body redacts the answer of a web server: JSON value by value, else as text.
func (r *redactor) body(b []byte) string {
	var v any
	if json.Unmarshal(b, &v) == nil {
		if out, err := json.Marshal(r.value("", v)); err == nil {
			return string(out)
		}
	}
	return r.text(string(b))
}

// whois redacts the answer of a WHOIS server, line by line.
func (r *redactor) whois(b []byte) string {
	var lines []string
	for l := range strings.SplitSeq(string(b), "\n") {
		lines = append(lines, r.line(l))
	}
	return strings.Join(lines, "\n")
}

// value redacts a JSON value that stands under a key.
func (r *redactor) value(key string, v any) any {
	switch v := v.(type) {
	case string:
		if to, ok := r.bound(key, v); ok {
			return to
		}
		if key == "common_name" && strings.ContainsAny(strings.TrimSpace(v), " ") { // of a certificate of a person's
			return r.thing("person", v, "Person %d")
		}
		return r.text(v)
	case []any:
		if card, ok := r.property(v); ok {
			return card
		}
		if key == "services" {
			return r.services(v)
		}
		for i, x := range v {
			v[i] = r.value(key, x)
		}
	case map[string]any:
		if p, ok := v["v4prefix"]; ok && p != nil { // RFC 9083's cidr0: a /24 stands for whatever it was
			v["length"] = 24.0
		}
		for k, x := range v {
			v[k] = r.value(k, x)
		}
	case float64:
		if r.asn != "" && (key == "startAutnum" || key == "endAutnum") {
			return 64500.0
		}
	}
	return v
}

// bound returns what stands for the first or last address of a network: those
// of the documentation network that stands for the subject's.
func (r *redactor) bound(key, v string) (string, bool) {
	if key != "startAddress" && key != "endAddress" && key != "v4prefix" {
		return "", false
	}
	a, err := netip.ParseAddr(v)
	if err != nil || a.Is6() {
		return "", false
	}
	last := "0"
	if key == "endAddress" {
		last = "255"
	}
	first := documentation[0]
	for _, n := range r.nets {
		if n.Addr().Is4() {
			first = n
			break
		}
	}
	return strings.TrimSuffix(first.Addr().String(), "0") + last, true
}

// property redacts one property of a jCard (RFC 7095): name, parameters, type,
// value.
func (r *redactor) property(v []any) ([]any, bool) {
	if len(v) < 4 {
		return nil, false
	}
	name, _ := v[0].(string)
	text, isText := v[3].(string)
	switch name {
	case "fn", "n", "nickname", "org", "title", "role", "note", "label":
		kind := "person"
		if name == "org" {
			kind = "organisation"
		}
		if isText && text != "" {
			v[3] = r.thing(kind, text, strings.ToUpper(kind[:1])+kind[1:]+" %d")
		} else if !isText {
			v[3] = []any{"", "", "", "", ""}
		}
	case "adr":
		if m, ok := v[1].(map[string]any); ok && m["label"] != nil {
			m["label"] = "1 Example Street, Exampletown"
		}
		v[3] = []any{"", "", "1 Example Street", "Exampletown", "", "00000", ""}
	case "tel":
		v[3] = r.number("phone", text, "tel:+1.202555%04d", 100)
	case "email", "url":
		v[3] = r.text(text)
	default:
		return nil, false
	}
	return v, true
}

// services keeps of an RDAP bootstrap (RFC 9224) what leads to the subject, and
// puts its stand-in there.
func (r *redactor) services(list []any) []any {
	out := []any{}
	for _, s := range list {
		pair, ok := s.([]any)
		if !ok || len(pair) < 2 {
			continue
		}
		keys, _ := pair[0].([]any)
		for _, k := range keys {
			if to, ok := r.leads(k); ok {
				out = append(out, []any{[]any{to}, pair[1]})
				break
			}
		}
	}
	return out
}

func (r *redactor) leads(key any) (string, bool) {
	k, _ := key.(string)
	if k == r.top && k != "" {
		return "example", true
	}
	for from, to := range r.nets {
		if p, err := netip.ParsePrefix(k); err == nil && p.Contains(from.Addr()) {
			return to.String(), true
		}
	}
	if first, last, ok := strings.Cut(k, "-"); ok && r.asn != "" && between(first, r.asn, last) {
		return "64496-64511", true
	}
	return "", false
}

// between reports whether a number lies in a range, by its digits.
func between(first, n, last string) bool {
	le := func(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a <= b }
	return le(first, n) && le(n, last)
}

var (
	reHolder = regexp.MustCompile(`(?i)^(\s*(?:(?:registrant|admin|administrative|tech|technical|billing|holder|owner)[ a-z\-/]*(?:name|organi[sz]ation|street|city|state/province|postal code|phone|fax|address|id|handle)|person|role|address|phone|fax-no|nic-hdl|contact|holder|owner|org-name|OrgName|descr|remarks)(?:\s*ext)?\s*:\s*)(\S.*)$`)
	reRange  = regexp.MustCompile(`(?i)^(\s*(?:inetnum|netrange)\s*:\s*)(\S+)\s*-\s*\S+\s*$`)
	reTop    = regexp.MustCompile(`(?i)^(\s*domain\s*:\s*)(\S+)\s*$`)
)

// field returns what stands for what a holder or a contact is said to be.
func (r *redactor) field(key, value string) string {
	switch {
	case strings.Contains(key, "mail"), strings.Contains(key, "country"):
		return r.text(value)
	case strings.Contains(key, "phone"), strings.Contains(key, "fax"):
		return r.number("phone", value, "+1.202555%04d", 100)
	case strings.Contains(key, "org"), strings.HasPrefix(key, "descr"):
		return r.thing("organisation", value, "Organisation %d")
	case strings.Contains(key, "handle"), strings.Contains(key, "hdl"), strings.Contains(key, " id"):
		return r.thing("handle", value, "HANDLE%d-EX")
	}
	return r.thing("field", value, "Field %d")
}

// line redacts one line of a WHOIS answer.
func (r *redactor) line(l string) string {
	end := ""
	if strings.HasSuffix(l, "\r") {
		l, end = l[:len(l)-1], "\r"
	}
	if m := reHolder.FindStringSubmatch(l); m != nil {
		return m[1] + r.field(strings.ToLower(m[1]), m[2]) + end
	}
	if m := reRange.FindStringSubmatch(l); m != nil {
		if a, err := netip.ParseAddr(m[2]); err == nil && a.Is4() {
			first, _ := r.bound("startAddress", m[2])
			last, _ := r.bound("endAddress", m[2])
			return m[1] + first + " - " + last + end
		}
	}
	if m := reTop.FindStringSubmatch(l); m != nil && strings.EqualFold(m[2], r.top) {
		return m[1] + "EXAMPLE" + end
	}
	return r.text(l) + end
}
