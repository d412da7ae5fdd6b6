package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"osint/pkg/pipeline"
)

// A storeState is what lies in the folder of cases.
type storeState struct {
	Dir     string `json:"dir"`
	Cases   int    `json:"cases"` // those of batches among them
	Batches int    `json:"batches"`
	Open    int    `json:"open"`   // cases that did not end, and that nobody is at work on
	Broken  int    `json:"broken"` // cases that can't be read
	Bytes   int64  `json:"bytes"`
	Free    *int64 `json:"free_bytes"` // of the disk; null if it can't be told
}

// A runState is a process at work on a case or in a batch's folder.
type runState struct {
	Dir   string    `json:"dir"`
	Batch bool      `json:"batch"`
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// store looks at the cases, their disk, and who is at work on them.
func (s *state) store(dir string) *stock {
	held := &stock{}
	s.Store = storeState{Dir: dir, Batches: len(batchNames(dir))}
	if _, err := os.Stat(dir); err == nil {
		if err := held.add(dir); err != nil {
			s.heed("store", err.Error(), "osint doctor")
		}
	}
	s.Store.Cases, s.Store.Bytes = len(held.cases), held.size
	for _, x := range held.cases {
		switch l := pipeline.Holder(x.dir); {
		case l != nil:
			s.runs(l, false)
		case x.broken != nil:
			s.Store.Broken++
		case !x.ended:
			s.Store.Open++
		}
	}
	for _, name := range batchNames(dir) {
		if l := pipeline.Holder(filepath.Join(dir, name)); l != nil {
			s.runs(l, true)
		}
	}
	free, err := freeBytes(nearestFolder(dir))
	if err == nil {
		n := int64(free)
		s.Store.Free = &n
		if free < littleDisk {
			s.heed("store", fmt.Sprintf("%s free under %s", bytesText(n), dir), "osint cases prune --older-than 90d --keep 2 --dry-run")
		}
	}
	if s.Store.Broken > 0 {
		s.heed("store", count(s.Store.Broken, "case")+" can't be read", "osint cases list")
	}
	return held
}

func (s *state) runs(l *pipeline.Locked, batch bool) {
	s.Running = append(s.Running, runState{l.Path, batch, l.PID, l.Host, l.Since})
}
