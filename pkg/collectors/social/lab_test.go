package social_test

import (
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/social"
)

// tell puts a collector to a subject in a small world.
func tell(t *testing.T, collector, subject, world string, lead ...func(*collectors.Options)) *trial.Told {
	t.Helper()
	return trial.Tell(t, social.All(), collector, subject, world, lead...)
}
