package report

// A drawing is a chart as a list of marks on a plane of W by H units, origin
// at the top left. It is computed once; HTML sets it as SVG, PDF as paths.
// The table beside it says the same in words.
type drawing struct {
	W, H  float64
	Title string // what it shows, short
	Desc  string // what there is to see, in a sentence
	Marks []mark
}

// A mark is one shape. Role names its colour; the formats give it one.
type mark struct {
	Shape  shape
	X, Y   float64 // of a text: its baseline; of a dot: its centre
	X2, Y2 float64 // of a line or link: its end; of a box: width and height
	R      float64 // of a dot: radius; of a text: size
	Role   role
	Text   string
	Anchor anchor
	Bold   bool
	Dashed bool
}

type shape string

const (
	line    shape = "line"
	link    shape = "link" // a curve that leaves and arrives level
	box     shape = "box"
	dot     shape = "dot"
	ring    shape = "ring" // a dot that is hollow
	diamond shape = "diamond"
	text    shape = "text"
)

type role string

const (
	ink    role = "ink"
	muted  role = "muted"
	grid   role = "grid"
	accent role = "accent"
	pale   role = "pale" // the accent, thinned
	band0  role = "band0"
	band1  role = "band1"
	band2  role = "band2"
	band3  role = "band3"
)

type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
	end    anchor = "end"
)

func (g *drawing) line(x, y, x2, y2 float64, r role) {
	g.Marks = append(g.Marks, mark{Shape: line, X: x, Y: y, X2: x2, Y2: y2, Role: r})
}

func (g *drawing) box(x, y, w, h float64, r role) {
	g.Marks = append(g.Marks, mark{Shape: box, X: x, Y: y, X2: w, Y2: h, Role: r})
}

func (g *drawing) text(x, y, size float64, r role, a anchor, s string) {
	g.Marks = append(g.Marks, mark{Shape: text, X: x, Y: y, R: size, Role: r, Anchor: a, Text: s})
}

func (g *drawing) bold(x, y, size float64, r role, a anchor, s string) {
	g.Marks = append(g.Marks, mark{Shape: text, X: x, Y: y, R: size, Role: r, Anchor: a, Text: s, Bold: true})
}

func (g *drawing) point(s shape, x, y, radius float64, r role) {
	g.Marks = append(g.Marks, mark{Shape: s, X: x, Y: y, R: radius, Role: r})
}
