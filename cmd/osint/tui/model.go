package tui

import (
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"osint/pkg/pipeline"
)

// A model is the reader's side: a copy of the board, and what they chose to
// see of it.
type model struct {
	renderer *Renderer
	board    *board
	look     *look
	stop     func()
	started  time.Time

	width, height int
	help          bool
	least         int // severity rank that findings must have
	offset        int // findings scrolled past
	fault         any // a panic of ours
}

// changed says that the board has changed; tick that a second may have
// passed.
type (
	changed struct{}
	tick    struct{}
)

// frame is the shortest time between two copies of the board.
const frame = 80 * time.Millisecond

type keymap struct{ help, filter, up, down, top, back, stop key.Binding }

func keys() keymap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return keymap{
		help:   bind("?", "help", "?"),
		filter: bind("f", "filter", "f"),
		up:     bind("↑", "up", "up", "k", "pgup"),
		down:   bind("↓", "down", "down", "j", "pgdown"),
		top:    bind("home", "first", "home", "g"),
		back:   bind("esc", "back", "esc"),
		stop:   bind("q", "finish", "q", "ctrl+c"),
	}
}

func (m *model) Init() tea.Cmd { return tea.Batch(m.wait(), m.second()) }

// wait returns a command that ends when there is mail, or the show is over.
func (m *model) wait() tea.Cmd {
	return func() tea.Msg {
		select {
		case <-m.renderer.mail:
			time.Sleep(frame)
			return changed{}
		case <-m.renderer.ended:
			return nil
		}
	}
}

func (m *model) second() tea.Cmd {
	return func() tea.Msg {
		select {
		case <-time.After(time.Second):
			return tick{}
		case <-m.renderer.ended:
			return nil
		}
	}
}

// Update implements [tea.Model]. A fault of ours ends the show, not the run.
func (m *model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if r := recover(); r != nil {
			m.fault, cmd = r, tea.Quit
		}
	}()
	if m.fault != nil {
		return m, tea.Quit
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case changed:
		m.board = m.renderer.snapshot()
		cmd = m.wait()
	case tick:
		cmd = m.second()
	case tea.KeyMsg:
		m.press(msg)
	}
	return m, cmd
}

func (m *model) press(msg tea.KeyMsg) {
	k := keys()
	switch {
	case key.Matches(msg, k.stop):
		if m.stop != nil {
			go m.stop()
		}
	case key.Matches(msg, k.help):
		m.help = !m.help
	case key.Matches(msg, k.back):
		m.help, m.offset = false, 0
	case key.Matches(msg, k.filter):
		m.least, m.offset = (m.least+1)%(pipeline.Critical.Rank()+1), 0
	case key.Matches(msg, k.up):
		m.offset = max(0, m.offset-1)
	case key.Matches(msg, k.down):
		m.offset++ // the view stops at the last
	case key.Matches(msg, k.top):
		m.offset = 0
	}
}

// View implements [tea.Model].
func (m *model) View() (screen string) {
	defer func() {
		if r := recover(); r != nil {
			m.fault, screen = r, ""
			go m.renderer.program.Quit()
		}
	}()
	if m.width == 0 {
		return ""
	}
	return m.draw(time.Since(m.started))
}
