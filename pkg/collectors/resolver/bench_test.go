package resolver

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// BenchmarkSweep asks a real NSD on loopback for 100,000 names of which half
// exist. names/cpu-s counts the CPU of this process alone.
func BenchmarkSweep(b *testing.B) {
	const n = 100_000
	addr := nsd(b, n/2)
	for b.Loop() {
		r := open(b, Options{Servers: []netip.AddrPort{addr}})
		var before, after syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &before)
		start := time.Now()
		found, again := 0, 0
		i := 0
		r.Each(context.Background(), func() (Question, bool) {
			i++
			return Question{Name: fmt.Sprintf("h%d.corp.example", i-1), Type: dns.TypeA}, i <= n
		}, func(q Question, res Result) {
			if res.Err != nil {
				b.Fatalf("%s: %v", q, res.Err)
			}
			found += len(res.Msg.Answer)
			again += res.Tries - 1
		})
		wall := time.Since(start)
		syscall.Getrusage(syscall.RUSAGE_SELF, &after)
		cpu := time.Duration(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano()) * time.Nanosecond
		r.mu.Lock()
		window := r.servers[0].window
		r.mu.Unlock()
		r.Close()
		if found != n/2 {
			b.Fatalf("found %d of %d", found, n/2)
		}
		b.ReportMetric(n/wall.Seconds(), "names/s")
		b.ReportMetric(n/cpu.Seconds(), "names/cpu-s")
		b.ReportMetric(float64(again), "again")
		b.ReportMetric(float64(window), "window")
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
}

// BenchmarkFarServer asks a server 20 ms away that loses two answers in a
// thousand. The server is in this process and shares its CPU.
func BenchmarkFarServer(b *testing.B) {
	const n = 100_000
	addr := far(b, 20*time.Millisecond, 500)
	for b.Loop() {
		r := open(b, Options{Servers: []netip.AddrPort{addr}})
		start := time.Now()
		i, again := 0, 0
		r.Each(context.Background(), func() (Question, bool) {
			i++
			return Question{Name: fmt.Sprintf("h%d.corp.example", i-1), Type: dns.TypeA}, i <= n
		}, func(q Question, res Result) {
			if res.Err != nil {
				b.Fatalf("%s: %v", q, res.Err)
			}
			again += res.Tries - 1
		})
		b.ReportMetric(n/time.Since(start).Seconds(), "names/s")
		b.ReportMetric(float64(again), "again")
		r.Close()
	}
}

// far serves answers without records after a delay, and loses one question in
// lost.
func far(b *testing.B, delay time.Duration, lost int) netip.AddrPort {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	c.SetReadBuffer(4 << 20)
	type answer struct {
		wire []byte
		to   *net.UDPAddr
		due  time.Time
	}
	later := make(chan answer, 1<<16)
	var wg sync.WaitGroup
	wg.Go(func() {
		for a := range later {
			time.Sleep(time.Until(a.due))
			c.WriteToUDP(a.wire, a.to)
		}
	})
	wg.Go(func() {
		defer close(later)
		buf := make([]byte, 4096)
		for {
			n, from, err := c.ReadFromUDP(buf)
			if err != nil {
				return
			}
			if rand.IntN(lost) > 0 {
				wire := bytes.Clone(buf[:n])
				wire[2] |= 0x80 // an answer, no error, no records
				later <- answer{wire, from, time.Now().Add(delay)}
			}
		}
	})
	b.Cleanup(func() { c.Close(); wg.Wait() })
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// BenchmarkQuery makes the bytes of one question.
func BenchmarkQuery(b *testing.B) {
	name, err := packName(nil, "www.corp.example")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		newQuery(name, dns.TypeA, 7, true, true)
	}
}
