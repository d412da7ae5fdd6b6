package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// tlsHosts is how many names the server of the TLS measurement has.
const tlsHosts = 2_000

// handshakes measures how many hosts a second are met over TLS: the server, with
// a certificate for each name, in a process of its own, the client in another
// for each run. The floor is a loop of crypto/tls that resolves, judges and
// records nothing.
func handshakes() error {
	const runs = 5
	addrs, stop, err := background("tls-serve")
	if err != nil {
		return err
	}
	defer stop()
	for _, kind := range []struct{ name, what, goal string }{
		{"floor", "a bare loop, X25519", ""},
		{"hybrid", "a bare loop, X25519MLKEM768", ""},
		{"read", "osint reads the certificate", "goal 2500, all 2,000"},
		{"collector", "osint, the whole collector", "(six handshakes a host)"},
	} {
		var rate, cpu []float64
		var last meeting
		for range runs {
			m, used, err := meet(kind.name, addrs)
			if err != nil {
				return err
			}
			rate, cpu, last = append(rate, float64(m.Met)/m.Seconds), append(cpu, used.Seconds()), *m
		}
		fmt.Printf("%-30s %s hosts/s  %s s of CPU, whole process  %d of %d met  %s (%d runs)\n",
			kind.what, spread(rate, "%.0f"), spread(cpu, "%.2f"), last.Met, tlsHosts, kind.goal, runs)
	}
	m, _, err := meet("missing", addrs)
	if err != nil {
		return err
	}
	for reason, n := range m.Missing {
		fmt.Printf("  %3d hosts not met: %s\n", n, reason)
	}
	return nil
}

// A meeting is what a client says of itself.
type meeting struct {
	Met     int            `json:"met"`
	Seconds float64        `json:"seconds"`
	Missing map[string]int `json:"missing"` // by reason
}

func meet(kind string, addrs []byte) (*meeting, time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(self, "tls-meet", kind, string(addrs))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", kind, err)
	}
	m := new(meeting)
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return m, time.Duration(use.Utime.Nano() + use.Stime.Nano()), json.Unmarshal(out, m)
}

// background starts a server of ours in a process of its own and returns its
// first line. It ends when its standard input does.
func background(args ...string) (line []byte, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() {
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	}
	if line, err = bufio.NewReader(out).ReadBytes('\n'); err != nil {
		stop()
		return nil, nil, fmt.Errorf("%v: %w", args, err)
	}
	return line, stop, nil
}
