package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// What is found is known again within a case, and from no case can it be
// guessed, even where answers are kept as they are.
func TestMarksAreOfTheCase(t *testing.T) {
	const secret = "hunt3r9x"
	sum := sha256.Sum256([]byte(secret))
	var marks []string
	for range 2 {
		newWorld(1, 0).investigate(t, func(r *Run) {
			r.Collectors = []Collector{oddly("finds", 0, func(_ context.Context, task Task, _ Out) error {
				if task.Ruling.Keep != KeepRaw {
					t.Errorf("%s is kept", task.Ruling.Keep)
				}
				if task.Mark(secret) != task.Mark(secret) || task.Mark(secret) == task.Mark("hunt3r9y") {
					t.Error("a secret is not known by its mark")
				}
				for _, plain := range []string{secret, "mark\x00" + secret} {
					if task.Digest(plain) == task.Mark(secret) {
						t.Error("a mark is a plain digest")
					}
				}
				marks = append(marks, task.Mark(secret))
				return nil
			})}
		})
	}
	if len(marks) != 2 || marks[0] == marks[1] || strings.HasPrefix(hex.EncodeToString(sum[:]), marks[0]) || len(marks[0]) < 16 {
		t.Errorf("two cases mark %q", marks)
	}
}
