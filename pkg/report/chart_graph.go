package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// maxNodes is how many entities the graph draws; the rest is counted, and in
// the tables.
const maxNodes = 80

// A node is one entity of the graph, placed under the one that led to it.
type node struct {
	entity   pipeline.Entity
	inScope  bool
	depth    int
	degree   int
	parent   *node
	how      string // the relation between parent and node, as read
	children []*node
	y        float64
	label    string
	said     string  // how, as far as there is room
	room     float64 // that symbol and text take
	drawn    bool
}

// drawGraph draws the entities as a tree that grows from the seeds to the
// right, other relations as faint links across it. The order of everything
// is fixed, so equal cases have equal pictures.
func drawGraph(w *writer) *drawing {
	nodes, links := growTree(w.d)
	if len(nodes) < 2 {
		return nil
	}
	drawn := chooseNodes(nodes)
	depth, row := 0, 0.0
	var roots []*node
	for _, n := range drawn {
		depth = max(depth, n.depth)
		if n.parent == nil {
			roots = append(roots, n)
		} else {
			n.parent.children = append(n.parent.children, n)
		}
	}
	for _, r := range roots {
		row = r.place(row)
	}
	g := &drawing{W: width, H: row*rowHeight + 22, Title: "Entity graph",
		Desc: fmt.Sprintf("%s, each beside the one that led to it. Diamond: seed. Filled: in scope. Hollow: context.", plural(len(drawn), "entity", "entities"))}
	column := (g.W - 20) / float64(depth+1)
	for _, n := range drawn {
		n.write(w.fang.entity(n.entity), int(column/letter)-5)
	}
	x := func(n *node) float64 { return 12 + float64(n.depth)*column }
	y := func(n *node) float64 { return 18 + n.y*rowHeight }
	for _, l := range links {
		if a, b := l[0], l[1]; a.drawn && b.drawn && a.parent != b && b.parent != a {
			g.Marks = append(g.Marks, mark{Shape: link, X: x(a), Y: y(a), X2: x(b), Y2: y(b), Role: grid})
		}
	}
	for _, n := range drawn {
		if n.parent != nil {
			from := min(x(n.parent)+n.parent.room, x(n)-26)
			g.Marks = append(g.Marks, mark{Shape: link, X: from, Y: y(n.parent), X2: x(n) - 6, Y2: y(n), Role: pale})
		}
	}
	for _, n := range drawn {
		n.draw(g, x(n), y(n))
	}
	if rest := len(nodes) - len(drawn); rest > 0 {
		g.Desc += fmt.Sprintf(" %s more are in the tables.", group(rest))
	}
	return g
}

const rowHeight = 17

// place gives rows to the leaves from row on, and puts each parent beside
// the middle of its children. It returns the next free row.
func (n *node) place(row float64) float64 {
	if len(n.children) == 0 {
		n.y = row
		return row + 1
	}
	for _, c := range n.children {
		row = c.place(row)
	}
	n.y = (n.children[0].y + n.children[len(n.children)-1].y) / 2
	return row
}

const (
	letter = 6.0 // mean width of a letter of a label
	small  = 4.6 // and of its relation
)

// write settles what stands beside a node within a number of letters.
func (n *node) write(label string, letters int) {
	n.label = clip(label, letters)
	used := letter * textWidth(n.label)
	n.room = 13 + used
	if free := int((letter*float64(letters) - used) / small); free > 8 && n.how != "" {
		n.said = clip(n.how, free)
		n.room += 6 + small*textWidth(n.said)
	}
}

// textWidth estimates a text's width in letters; the formats have fonts of
// their own.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r < 0x80:
			w++
		case r < 0x2e80:
			w += 1.25
		default:
			w += 2
		}
	}
	return w
}

func (n *node) draw(g *drawing, x, y float64) {
	switch {
	case n.parent == nil:
		g.point(diamond, x, y, 6, accent)
	case n.inScope:
		g.point(dot, x, y, 3.8, accent)
	default:
		g.point(ring, x, y, 3.8, muted)
	}
	r := ink
	if !n.inScope {
		r = muted
	}
	g.text(x+9, y+3.6, 10, r, start, n.label)
	if n.said != "" {
		g.text(x+15+letter*textWidth(n.label), y+3.4, 8, muted, start, n.said)
	}
}

// growTree returns the entities that a way leads to from the seeds, nearest
// first, each with the node that led to it, and all pairs that are related.
func growTree(d *Document) ([]*node, [][2]*node) {
	at := make(map[pipeline.Entity]*node, len(d.Entities))
	for _, e := range d.Entities {
		k := pipeline.Entity{Kind: e.Kind, Value: e.Value}
		at[k] = &node{entity: k, inScope: e.InScope, depth: -1}
	}
	near := map[*node][]*node{}
	how := map[[2]*node]string{}
	var links [][2]*node
	for _, r := range d.relations {
		a, b := at[r.Subject], at[r.Object]
		if a == nil || b == nil || a == b || how[[2]*node{a, b}] != "" {
			continue
		}
		if how[[2]*node{b, a}] == "" {
			links = append(links, [2]*node{a, b})
			near[a], near[b] = append(near[a], b), append(near[b], a)
			how[[2]*node{b, a}] = "‹ " + r.Means
		}
		how[[2]*node{a, b}] = r.Means
	}
	var queue []*node
	for _, s := range d.Case.Seeds {
		if n := at[s]; n != nil && n.depth < 0 {
			n.depth = 0
			queue = append(queue, n)
		}
	}
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		n.degree = len(near[n])
		slices.SortFunc(near[n], func(a, b *node) int {
			return cmp.Or(cmp.Compare(a.entity.Kind, b.entity.Kind), strings.Compare(a.entity.Value, b.entity.Value))
		})
		for _, m := range near[n] {
			if m.depth < 0 {
				m.depth, m.parent, m.how = n.depth+1, n, how[[2]*node{n, m}]
				queue = append(queue, m)
			}
		}
	}
	return queue, links
}

// chooseNodes takes what a reader looks for first: near, in scope, well
// connected; with each node the way that leads to it. The order of the tree
// stays.
func chooseNodes(all []*node) []*node {
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b *node) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.degree, a.degree))
	})
	count := 0
	for _, n := range order {
		var way []*node
		for m := n; m != nil && !m.drawn; m = m.parent {
			way = append(way, m)
		}
		if count+len(way) > maxNodes || n.depth > 4 {
			continue
		}
		for _, m := range way {
			m.drawn = true
		}
		count += len(way)
	}
	return slices.DeleteFunc(slices.Clone(all), func(n *node) bool { return !n.drawn })
}

func rank(n *node) int {
	r := 2 * n.depth
	if !n.inScope {
		r += 3
	}
	return r
}
