package collectors

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"osint/pkg/pipeline"
)

var home = netip.MustParseAddr("127.0.0.1")

// scans returns a View that may look at this machine, and its record.
func scans(t *testing.T, change func(*Options)) (*View, *record) {
	return view(netTo(t, "", func(o *Options) {
		o.ConnectTo, o.AllowPrivate = nil, true
		if change != nil {
			change(o)
		}
	}), pipeline.Spec{})
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// shutPort returns one where nobody listens.
func shutPort(t *testing.T) int {
	l := listen(t)
	defer l.Close()
	return portOf(l)
}

// silentPort returns one that answers nothing: its queue is full, so that the
// kernel drops who knocks.
func silentPort(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: home.As4()}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	port := at.(*unix.SockaddrInet4).Port
	for range 4 {
		c, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), 100*time.Millisecond)
		if err != nil {
			return port
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Skip("this kernel drops nobody who knocks at a full queue: nothing was tried on silence")
	return 0
}

// A scan tells open, closed and silent apart, hears who speaks first, sends
// nothing, and is one exchange that can be read back.
func TestScan(t *testing.T) {
	speaks, mute, flood := listen(t), listen(t), listen(t)
	heard := make(chan []byte, 1)
	accept(speaks, func(c net.Conn) {
		io.WriteString(c, "220-one\r\n")
		time.Sleep(50 * time.Millisecond)
		io.WriteString(c, "220 two\r\n")
		c.Close()
	})
	accept(mute, func(c net.Conn) { got, _ := io.ReadAll(c); heard <- got; c.Close() })
	accept(flood, func(c net.Conn) { c.Write(bytes.Repeat([]byte("x"), 1<<20)); c.Close() })
	closed, silent := shutPort(t), silentPort(t)
	v, r := scans(t, nil)
	ports := []int{portOf(speaks), portOf(mute), portOf(flood), closed, silent}
	s, err := v.Scan(t.Context(), home, ports)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []ScannedPort{{State: PortOpen, Said: []byte("220-one\r\n220 two\r\n")}, {State: PortOpen}, {State: PortOpen, Said: bytes.Repeat([]byte("x"), 512)},
		{State: PortClosed}, {State: PortSilent}} {
		if got := s.Ports[i]; got.Port != ports[i] || got.State != want.State || !bytes.Equal(got.Said, want.Said) || got.Why != "" {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if got := <-heard; len(got) > 0 {
		t.Errorf("it said %q to a server that waited", got)
	}
	x := r.xs[0]
	if len(r.xs) != 1 || x.Operation != "scan" || x.Outcome != pipeline.OK || x.Locator != "tcp://127.0.0.1" || x.Detail != "peer 127.0.0.1, 5 ports tried, 3 open, 1 closed, 1 silent" {
		t.Errorf("%+v", r.xs)
	}
	v.task.Answered = func(string) (pipeline.Exchange, []byte, bool) { return x, []byte(r.bodies[0]), true }
	again, err := v.Scan(t.Context(), home, ports)
	if err != nil || len(r.xs) != 1 || again.String() != s.String() {
		t.Errorf("read back: %v, %v", again, err)
	}
}

// What is not known is not told: no sign at all, an address that must not be
// dialled, time that runs out, a proxy that says nothing of who is behind it.
func TestScanTellsNoMore(t *testing.T) {
	open, mute, closed, silent := listen(t), listen(t), shutPort(t), silentPort(t) // nobody takes what comes to mute
	accept(open, func(c net.Conn) { c.Close() })
	proxy := listen(t)
	go http.Serve(proxy, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer c.Close()
		hijacked, _, _ := w.(http.Hijacker).Hijack()
		io.WriteString(hijacked, "HTTP/1.1 200 OK\r\n\r\n")
		hijacked.Close()
	}))
	through := func(o *Options) { o.Proxy = &url.URL{Scheme: "http", Host: proxy.Addr().String()} }
	for _, c := range []struct {
		name   string
		change func(*Options)
		time   time.Duration
		ports  []int
		want   pipeline.Outcome
		text   string
	}{
		{"silence", nil, time.Minute, []int{silent}, pipeline.Timeout, "1 ports tried, 1 silent: a filter, or nobody there"},
		{"inward", func(o *Options) { o.AllowPrivate = false }, time.Minute, []int{portOf(open), closed}, pipeline.Blocked, "not a public address"},
		{"no time", nil, 2 * time.Second, []int{closed, silent, silent, silent, silent, portOf(open)}, pipeline.Partial, "1 ports tried, 1 closed, 5 not tried"},
		{"a proxy", through, time.Minute, []int{portOf(open), closed}, pipeline.Partial, "2 ports tried, 1 open, 1 unclear, proxy"},
		{"a proxy alone", through, time.Minute, []int{closed}, pipeline.Unreachable, "1 ports tried, 1 unclear, proxy"},
		{"a proxy that is silent", func(o *Options) { o.Proxy = &url.URL{Scheme: "http", Host: mute.Addr().String()} }, time.Minute, []int{closed}, pipeline.Unreachable, "1 ports tried, 1 unclear"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, _ := scans(t, c.change)
			ctx, stop := context.WithTimeout(t.Context(), c.time)
			defer stop()
			s, err := v.Scan(ctx, home, c.ports)
			if outcomeOf(err) != c.want || !strings.Contains(err.Error(), c.text) || (s == nil) == (c.want == pipeline.Partial) {
				t.Errorf("%v, %v", s, err)
			}
		})
	}
}

// Real servers are heard as they are.
func TestScanHearsRealServers(t *testing.T) {
	bin, err := exec.LookPath("sshd")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/sshd"); err != nil {
			t.Skip("no sshd on this machine: nothing was tried on a server of other make")
		}
	}
	dir, port := t.TempDir(), shutPort(t)
	key := filepath.Join(dir, "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Skipf("no key for sshd: %v: %s", err, out)
	}
	_ = os.MkdirAll("/run/sshd", 0o755) // where Debian's separates its privileges
	cmd := exec.Command(bin, "-D", "-e", "-f", "/dev/null", "-h", key, "-o", "ListenAddress=127.0.0.1", "-p", strconv.Itoa(port), "-o", "PidFile=none")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	v, _ := scans(t, nil)
	for range 50 {
		s, err := v.Scan(t.Context(), home, []int{port})
		if err == nil && s.Ports[0].State == PortOpen {
			if got := string(s.Ports[0].Said); !strings.HasPrefix(got, "SSH-2.0-OpenSSH_") {
				t.Errorf("sshd is heard to say %q", got)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("sshd was not found: %s", said.String())
}
