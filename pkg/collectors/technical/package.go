package technical

import "osint/pkg/pipeline"

// packageIn takes a package apart for a source that knows one ecosystem alone, or the
// Failure of a technology of which it knows nothing.
func packageIn(e pipeline.Entity, ecosystem string) (name, version string, err error) {
	where, name, version, ok := e.Package()
	if !ok || where != ecosystem {
		return "", "", pipeline.Fail(pipeline.Skipped, "not a package such as "+ecosystem+":name")
	}
	return name, version, nil
}
