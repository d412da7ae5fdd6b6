package infrastructure

import (
	"errors"
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

// meaning returns what a status means to one source where that is not what it
// means to most: err, or a Failure in its place if err is that a source answered
// with this status.
func meaning(err error, status int, o pipeline.Outcome, reason string) error {
	var f *pipeline.Failure
	if errors.As(err, &f) && strings.HasPrefix(f.Reason, fmt.Sprintf("HTTP status %d ", status)) {
		return pipeline.Fail(o, reason)
	}
	return err
}
