package pipeline

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// observed returns the nth of many different observations, about 420 bytes as
// a line.
func observed(n int) *Event {
	subject, object := Entity{KindHost, fmt.Sprintf("h%06d.acme.example", n)}, Entity{KindIP, fmt.Sprintf("192.0.2.%d", n%256)}
	o := &Observation{Collector: "dns", Source: "dns", Origin: "zone", Subject: subject, Predicate: "resolves-to", Object: &object,
		Category: Technical, Grade: "A2", At: day, Asked: Entity{KindDomain, "acme.example"}, Exchanges: []ExchangeID{"x0123456789abcdef0123"}}
	o.ID = o.Digest()
	return &Event{Observed: o}
}

// BenchmarkCaseFile writes events to the case file, each batch synced as one.
func BenchmarkCaseFile(b *testing.B) {
	for _, batch := range []int{1, 16, 64, 256, 1024} {
		b.Run(fmt.Sprint("batch=", batch), func(b *testing.B) {
			f, err := Create(b.TempDir(), b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			var made []*Event
			for i := range 1000 {
				made = append(made, observed(i))
			}
			seq := uint64(0)
			for b.Loop() {
				for range batch {
					seq++
					e := &Event{Seq: seq, Time: day, Observed: made[seq%1000].Observed}
					if err := f.file.Event(e); err != nil {
						b.Fatal(err)
					}
				}
				if err := f.file.Sync(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// lines returns a case of n observations as its file's bytes.
func lines(n int) []byte {
	var b bytes.Buffer
	opened := &Event{Seq: 1, Time: day, Opened: &Opened{Seeds: []Entity{{KindDomain, "acme.example"}}}}
	b.Write(append(opened.Line(), '\n'))
	for i := range n {
		e := observed(i)
		e.Seq, e.Time = uint64(i)+2, day.Add(time.Duration(i)*time.Millisecond)
		b.Write(append(e.Line(), '\n'))
	}
	return b.Bytes()
}

// BenchmarkReplay reads lines and folds them.
func BenchmarkReplay(b *testing.B) {
	const n = 100_000
	data := lines(n)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Replay(bytes.NewReader(data), NewCase()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkFold says how much memory a fold of 100,000 observations holds.
func BenchmarkFold(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "case.jsonl"), lines(100_000), 0o600); err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		c, err := Read(dir)
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(c)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-held")
}

// BenchmarkFloorFile is what the machine gives: the same bytes, written and
// synced by 256 lines, with no case around them.
func BenchmarkFloorFile(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := bytes.Repeat(append(observed(1).Line(), '\n'), 256)
	n := 0
	for b.Loop() {
		n += 256
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := syncData(f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
