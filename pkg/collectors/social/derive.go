package social

import "osint/pkg/collectors/derive"

// The shapes that derivatives of profiles have.
type (
	shape  = derive.Shape
	keeper = derive.Keeper
)

// services keeps the name of a service that is known.
func services(v any) any { s, _ := v.(string); return service(s) }
