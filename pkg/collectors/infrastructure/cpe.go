package infrastructure

import (
	"strings"

	"osint/pkg/pipeline"
)

// productOf returns the technology that a CPE names, of version 2.2
// (cpe:/a:vendor:product:version) or 2.3 (cpe:2.3:a:vendor:product:version:…).
// One of a class of products, such as any version of any product, is none.
func productOf(cpe string) (pipeline.Entity, bool) {
	parts := strings.Split(strings.TrimSpace(cpe), ":")
	switch {
	case len(parts) > 3 && parts[0] == "cpe" && strings.HasPrefix(parts[1], "/"):
		parts = parts[2:]
	case len(parts) > 5 && parts[0] == "cpe" && parts[1] == "2.3":
		parts = parts[3:]
	default:
		return pipeline.Entity{}, false
	}
	name, version := unquoted(parts[1]), ""
	if len(parts) > 2 {
		version = unquoted(parts[2])
	}
	if name == "" {
		return pipeline.Entity{}, false
	}
	if version != "" {
		name += "/" + version
	}
	e, err := pipeline.NewEntity(pipeline.KindTechnology, name)
	return e, err == nil
}

// unquoted returns a part of a CPE as text; "" if it stands for any or none.
func unquoted(s string) string {
	if s == "*" || s == "-" {
		return ""
	}
	return strings.NewReplacer(`\`, "", "_", " ").Replace(s)
}
