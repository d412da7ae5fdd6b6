package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// startNSD serves a zone with n addresses, h0 and on, on a core of its own.
func startNSD(dir string, n int) (addr netip.AddrPort, stop func(), err error) {
	bin, err := exec.LookPath("nsd")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nsd"); err != nil {
			return addr, nil, errors.New("NSD is not installed: apt-get install nsd")
		}
	}
	if addr, err = freePort(); err != nil {
		return addr, nil, err
	}
	head := fmt.Sprintf("$ORIGIN %s.\n$TTL 60\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.53\n", dnsZone)
	conf := fmt.Sprintf("server:\n ip-address: 127.0.0.1@%d\n username: \"\"\n chroot: \"\"\n zonesdir: %q\n pidfile: %q\n xfrdfile: %q\n xfrdir: %q\n"+
		" zonelistfile: %q\n logfile: %q\n database: \"\"\n server-count: 1\n rrl-ratelimit: 0\nremote-control:\n control-enable: no\nzone:\n name: %s\n zonefile: zone\n",
		addr.Port(), dir, filepath.Join(dir, "pid"), filepath.Join(dir, "xfrd"), dir, filepath.Join(dir, "zonelist"), filepath.Join(dir, "log"), dnsZone)
	if err := errors.Join(writeLines(filepath.Join(dir, "zone"), head, n, "h%d A 192.0.2.1"), os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600)); err != nil {
		return addr, nil, err
	}
	args := pinned(1, bin, "-d", "-c", filepath.Join(dir, "conf"))
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		return addr, nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	question := new(dns.Msg).SetQuestion("h0."+dnsZone+".", dns.TypeA)
	for range 100 {
		if m, err := dns.Exchange(question, addr.String()); err == nil && len(m.Answer) > 0 {
			return addr, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	return addr, nil, fmt.Errorf("NSD does not serve: %s", log)
}

// writeLines writes a head and so many numbered lines.
func writeLines(path, head string, n int, format string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	w.WriteString(head)
	for i := range n {
		fmt.Fprintf(w, format+"\n", i)
	}
	return errors.Join(w.Flush(), f.Close())
}

// freePort returns a port of loopback that nobody has, over UDP and TCP.
func freePort() (netip.AddrPort, error) {
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return netip.AddrPort{}, err
		}
		addr := l.Addr().(*net.TCPAddr).AddrPort()
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
		l.Close()
		if err == nil {
			return addr, c.Close()
		}
	}
	return netip.AddrPort{}, errors.New("no port is free for both UDP and TCP")
}

// dnsFar answers every question after a delay, and loses one in so many: names
// h0 and on exist in the same number as in NSD's zone. It prints its address
// and serves until it is killed.
func dnsFar(wait string, lost int) error {
	delay, err := time.ParseDuration(wait)
	if err != nil {
		return err
	}
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	_ = c.SetReadBuffer(8 << 20)
	fmt.Println(c.LocalAddr())
	type answer struct {
		wire []byte
		to   netip.AddrPort
		due  time.Time
	}
	later := make(chan answer, 1<<16)
	go func() {
		for a := range later {
			if wait := time.Until(a.due); wait > 0 {
				time.Sleep(wait)
			}
			_, _ = c.WriteToUDPAddrPort(a.wire, a.to)
		}
	}()
	buf := make([]byte, 4096)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return err
		}
		if rand.IntN(lost) > 0 {
			later <- answer{farAnswer(buf[:n]), from, time.Now().Add(delay)}
		}
	}
}

// farAnswer answers a question for hN: with an address if N is low enough,
// else with NXDOMAIN.
func farAnswer(q []byte) []byte {
	end := 12
	for end < len(q) && q[end] != 0 {
		end += 1 + int(q[end])
	}
	end += 5
	if end > len(q) {
		return nil
	}
	n := 0
	for _, d := range q[14 : 13+int(q[12])] {
		n = 10*n + int(d-'0')
	}
	a := append(make([]byte, 0, end+16), q[:end]...)
	a[2], a[3] = 0x85, 0x80 // an answer, recursion available
	a[6], a[7], a[8], a[9], a[10], a[11] = 0, 0, 0, 0, 0, 0
	if n >= dnsThere {
		a[3] |= dns.RcodeNameError
		return a
	}
	a[7] = 1
	return append(a, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, byte(n))
}
