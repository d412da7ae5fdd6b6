package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	dnsNames = 100_000
	dnsThere = dnsNames / 2
	dnsZone  = "corp.example"
)

// dnsBench asks a real NSD for 100,000 names of which half exist, by the
// engine, by a bare pipelined loop and by dnsx, and then a server 20 ms away
// that loses two in a thousand. Client and server have a core each. Clients
// read the names from a file and write those found, so their figures are whole
// processes.
func dnsBench(osint string) error {
	dir, err := os.MkdirTemp("", "osint-bench-dns-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := &dnsRuns{self: self, dir: dir, list: filepath.Join(dir, "names"), words: filepath.Join(dir, "words")}
	if err := b.lists(); err != nil {
		return err
	}
	if _, err := exec.LookPath("taskset"); err != nil {
		fmt.Println("taskset is not installed: client and server share the cores")
	}
	if err := b.against(osint); err != nil {
		return err
	}
	return b.far()
}

type dnsRuns struct {
	self, dir, list, words string
}

// lists writes the names as clients want them: whole, and below the zone.
func (b *dnsRuns) lists() error {
	return errors.Join(writeLines(b.list, "", dnsNames, "h%d."+dnsZone), writeLines(b.words, "", dnsNames, "h%d"))
}

// against measures against NSD.
func (b *dnsRuns) against(osint string) error {
	addr, stop, err := startNSD(b.dir, dnsThere)
	if err != nil {
		fmt.Println("left out:", err)
		return nil
	}
	defer stop()
	engine := command{"engine", pinned(0, b.self, "dns-ask", "engine", addr.String(), b.list)}
	bare := command{"bare pipelined loop", pinned(0, b.self, "dns-ask", "bare", addr.String(), b.list)}
	samples, err := b.measure(7, engine, bare) // in turn, so that both see the same machine
	if err != nil {
		return err
	}
	e, loop := samples[0], samples[1]
	showDNS(engine.name, e)
	showDNS(bare.name, loop)
	fmt.Printf("%-28s %.2f  goal 1.20\n", "CPU, engine : bare loop", ratio(e, loop))
	fmt.Printf("%-28s %.1f MiB  goal 32 MiB\n", "peak of the engine", peak(e))
	peer, err := buildDnsx(b.dir)
	if err != nil {
		fmt.Println("left out: dnsx 1.2.1:", err)
	} else {
		dnsx := command{"dnsx 1.2.1", pinned(0, peer, "-l", b.list, "-r", addr.String(), "-silent", "-duc", "-t", "100")}
		x, err := b.measure(3, dnsx)
		if err != nil {
			return err
		}
		showDNS(dnsx.name, x[0])
		fmt.Printf("%-28s %.3f  goal 0.125\n", "CPU, engine : dnsx", ratio(e, x[0]))
	}
	return b.investigation(osint, addr)
}

// far measures against a server that is 20 ms away and loses two questions in
// a thousand.
func (b *dnsRuns) far() error {
	server := exec.Command(pinned(1, b.self)[0], pinned(1, b.self, "dns-far", "20ms", "500")[1:]...)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer server.Wait()
	defer server.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the far server: %w", err)
	}
	engine := command{"engine, 20 ms, 0.2 % lost", pinned(0, b.self, "dns-ask", "engine", line[:len(line)-1], b.list)}
	samples, err := b.measure(7, engine)
	if err != nil {
		return err
	}
	showDNS(engine.name, samples[0])
	fmt.Printf("%-28s %.0f  goal 50,000; none lost\n", "names/s", rate(samples[0]))
	return nil
}

// investigation measures what a user runs: the whole of osint, sweeping the
// same names below the zone.
func (b *dnsRuns) investigation(osint string, addr netip.AddrPort) error {
	var samples []sample
	for i := range 3 {
		out := filepath.Join(b.dir, fmt.Sprint("case", i))
		cmd := pinned(0, osint, "investigate", dnsZone, "--resolver", addr.String(), "--collector", "dns-words", "--wordlist", b.words,
			"--out", out, "--quiet", "--format", "json")
		s, err := onceInto(cmd, io.Discard, "OSINT_HOME="+filepath.Join(b.dir, "home"))
		if err != nil && !exitedWith(err, 3) { // coverage: of one collector there is little
			return fmt.Errorf("osint: %w", err)
		}
		want := fmt.Sprintf(`"detail":"%d names tried, `, dnsNames)
		if err := exec.Command("grep", "-q", want, filepath.Join(out, "case.jsonl")).Run(); err != nil {
			return fmt.Errorf("osint did not try all names: %w", err)
		}
		samples = append(samples, s)
	}
	showDNS("osint --wordlist, whole", samples)
	return nil
}
