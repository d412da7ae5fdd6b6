package tui

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"osint/pkg/pipeline"
)

// Options say how a run is shown.
type Options struct {
	Out   *os.File // the terminal; nil in tests
	In    io.Reader
	Color bool

	// Safe makes text from outside visible: one line, no control characters.
	Safe func(string) string

	// Stop is called, on a goroutine of its own, each time the reader asks for
	// the end: q or ctrl-c.
	Stop func()
}

// A Renderer shows a run until it is closed. It implements
// [pipeline.Renderer]; its methods may be called from any goroutine.
type Renderer struct {
	mu    sync.Mutex
	board *board
	mail  chan struct{} // of one: the board has changed

	program *tea.Program
	ended   chan struct{}
	err     error // why it ended by itself; set before ended is closed
}

// New returns a renderer that has begun to show.
func New(o Options) *Renderer {
	r := &Renderer{board: newBoard(), mail: make(chan struct{}, 1), ended: make(chan struct{})}
	m := &model{renderer: r, board: r.board.copy(), stop: o.Stop, look: newLook(o), started: time.Now()}
	r.program = tea.NewProgram(m, tea.WithOutput(o.Out), tea.WithInput(o.In), tea.WithAltScreen(),
		tea.WithoutSignalHandler(), tea.WithoutCatchPanics(), tea.WithFPS(20))
	go func() {
		defer close(r.ended)
		_, r.err = r.program.Run()
		if m.fault != nil {
			r.err = fmt.Errorf("the screen failed: %v", m.fault)
		}
	}()
	return r
}

// Event implements [pipeline.Sink].
func (r *Renderer) Event(e *pipeline.Event) error {
	r.change(func(b *board) { b.take(e) })
	return r.failed()
}

// Sync implements [pipeline.Sink].
func (r *Renderer) Sync() error { return nil }

// Progress implements [pipeline.Renderer].
func (r *Renderer) Progress(p pipeline.Progress) { r.change(func(b *board) { b.progress = p }) }

// Notice shows one line in the place of the keys.
func (r *Renderer) Notice(text string) { r.change(func(b *board) { b.notice = text }) }

// Close ends the show and gives the terminal back as it was. It returns why
// the show had ended by itself, if it had.
func (r *Renderer) Close() error {
	err := r.failed()
	go r.program.Quit()
	select {
	case <-r.ended:
	case <-time.After(2 * time.Second): // a terminal that takes nothing more
		r.program.Kill()
	}
	return err
}

// change alters the board and leaves a note, without waiting for anybody.
func (r *Renderer) change(f func(*board)) {
	r.mu.Lock()
	f(r.board)
	r.mu.Unlock()
	select {
	case r.mail <- struct{}{}:
	default: // a note lies there already
	}
}

func (r *Renderer) snapshot() *board {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.board.copy()
}

func (r *Renderer) failed() error {
	select {
	case <-r.ended:
		return r.err
	default:
		return nil
	}
}
