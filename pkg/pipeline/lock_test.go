package pipeline

import (
	"errors"
	"os"
	"sync"
	"testing"
)

// Who has a folder is told without taking it, and looking keeps nobody out.
func TestHolder(t *testing.T) {
	dir := t.TempDir()
	if h := Holder(dir); h != nil {
		t.Errorf("nobody ever had it: %v", h)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Error("looking made a file")
	}
	f, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if h := Holder(dir); h == nil || h.PID != os.Getpid() || h.Since.IsZero() {
		t.Errorf("held by this process: %+v", h)
	}
	if _, err := Lock(dir); !errors.As(err, new(*Locked)) {
		t.Errorf("taken twice: %v", err)
	}
	f.Close()
	if h := Holder(dir); h != nil {
		t.Errorf("given back: %v", h)
	}
	var looking sync.WaitGroup
	stop := make(chan struct{})
	looking.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				Holder(dir)
			}
		}
	})
	for range 200 {
		f, err := Lock(dir)
		if err != nil {
			t.Errorf("somebody looks, and it can't be taken: %v", err)
			break
		}
		f.Close()
	}
	close(stop)
	looking.Wait()
}
