package tui

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"osint/pkg/report"
)

// A pty is a terminal that the test looks at from behind.
type pty struct {
	front, back *os.File
	mu          sync.Mutex
	seen        bytes.Buffer
}

func openPTY(t *testing.T, w, h uint16) *pty {
	t.Helper()
	back, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("left out: this machine has no pseudo-terminals:", err)
	}
	t.Cleanup(func() { back.Close() })
	if err := unix.IoctlSetPointerInt(int(back.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(back.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	front, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { front.Close() })
	if err := unix.IoctlSetWinsize(int(front.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: h, Col: w}); err != nil {
		t.Fatal(err)
	}
	return &pty{front: front, back: back}
}

// watch reads what is written to the terminal until it is closed.
func (p *pty) watch() {
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := p.back.Read(buf)
			p.mu.Lock()
			p.seen.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
}

func (p *pty) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.String()
}

// until waits for a text to be shown; the test's own time limit is the end.
func (p *pty) until(t *testing.T, want string) {
	t.Helper()
	for !strings.Contains(p.text(), want) {
		if t.Context().Err() != nil {
			t.Fatalf("never shown: %q in %q", want, p.text())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *pty) state(t *testing.T) unix.Termios {
	t.Helper()
	s, err := unix.IoctlGetTermios(int(p.front.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *s
}

// restored holds that the terminal is as it was: modes, cursor, screen.
func (p *pty) restored(t *testing.T, before unix.Termios) {
	t.Helper()
	if p.state(t) != before {
		t.Error("the terminal's modes are not what they were")
	}
	p.until(t, "\x1b[?1049l") // the usual screen
	p.until(t, "\x1b[?25h")   // the cursor
}

func TestShow(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreAnyFunction("os.(*File).Read"))
	p := openPTY(t, 80, 24)
	p.watch()
	before := p.state(t)
	stopped := make(chan bool, 4)
	r := New(Options{Out: p.front, In: p.front, Safe: report.Safe, Stop: func() { stopped <- true }})
	for _, e := range story(true) {
		if err := r.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	r.Progress(progress(true))
	p.until(t, "A weakness of critical weight")
	io.WriteString(p.back, "q")
	<-stopped
	r.Notice("finishing, press again to force")
	p.until(t, "finishing, press again to force")
	io.WriteString(p.back, "\x03") // ctrl-c, which is a key here
	<-stopped
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	p.restored(t, before)
}

// TestFault holds that a fault of ours gives the terminal back and ends the
// show, not the run: the engine is told by an error and goes on without.
func TestFault(t *testing.T) {
	p := openPTY(t, 80, 24)
	p.watch()
	before := p.state(t)
	r := New(Options{Out: p.front, In: p.front, Safe: func(string) string { panic("a fault") }})
	r.Event(story(false)[0])
	<-r.ended
	if err := r.Event(story(false)[1]); err == nil || !strings.Contains(err.Error(), "a fault") {
		t.Errorf("got %v", err)
	}
	r.Close()
	p.restored(t, before)
}

// TestNeverWaits feeds a terminal that takes nothing: were the engine to wait
// for it, this would never end.
func TestNeverWaits(t *testing.T) {
	p := openPTY(t, 80, 24)
	r := New(Options{Out: p.front, In: p.front, Safe: report.Safe})
	events := story(true)
	for range 5000 {
		for _, e := range events[1:] {
			r.Event(e)
		}
		r.Progress(progress(true))
	}
	p.watch()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
