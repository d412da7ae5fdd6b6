package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestValueIsHidden puts a value through everything that prints.
func TestValueIsHidden(t *testing.T) {
	const canary = "s3cr3t-canary"
	v := NewValue(canary)
	type Shown struct{ V Value }
	type holder struct {
		Name string
		V    Value
		in   Value
		list []Value
		m    map[string]Value
	}
	h := holder{"X", v, v, []Value{v}, map[string]Value{"k": v}}
	said := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%U", "%c", "%08.3f", "%!"} {
		said[verb] = fmt.Sprintf(verb, v) + fmt.Sprintf(verb, h) + fmt.Sprintf(verb, &h) + fmt.Sprintf(verb, []Value{v}) + fmt.Sprintf(verb, Found{"X", []Value{v}, "environment"})
	}
	said["print"] = fmt.Sprint(v, &v, h) + v.String() + v.GoString()
	for name, encode := range map[string]func(any) ([]byte, error){"json": json.Marshal, "yaml": yaml.Marshal} {
		b, err := encode(map[string]any{"v": v, "p": &v, "h": h, "l": []Value{v}})
		if err != nil {
			t.Fatal(name, err)
		}
		said[name] = string(b)
		if !strings.Contains(said[name], hidden) {
			t.Errorf("%s: %s", name, b)
		}
	}
	b, err := xml.Marshal(Shown{v})
	if err != nil {
		t.Fatal(err)
	}
	said["xml"] = string(b)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "h", h)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v, "h", h)
	said["slog"] = log.String()
	said["error"] = fmt.Errorf("it was %v: %w", v, errors.New("no")).Error()
	for how, s := range said {
		if strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) || strings.Contains(s, fmt.Sprintf("%X", canary)) {
			t.Errorf("%s shows it: %s", how, s)
		}
	}
	if v.Reveal() != canary || v.IsZero() || !(Value{}).IsZero() || (Value{}).Reveal() != "" {
		t.Error("Reveal does not give it")
	}
	if fmt.Sprintf("%s", v) != hidden || fmt.Sprintf("%d", v) != hidden {
		t.Errorf("%s, %d", v, v)
	}
}
