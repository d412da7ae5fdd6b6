package rule

import (
	"sync"
	"sync/atomic"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// A slot is the place of a fact's name among all names of the process: facts
// are a slice by these numbers, and an expression that is compiled reads its
// facts by number. That is several times as fast as by name.
type slot struct {
	number  int
	name    string
	unknown *types.Unknown // what an expression reads where the fact is absent
	alone   []string       // the name, as a list of what is missing
}

// slots only ever grow: by the names of vocabularies, which are few.
var slots struct {
	sync.Mutex
	byName sync.Map // string to *slot
	all    atomic.Pointer[[]*slot]
}

// slotOf returns the slot of a name, a new one if it has none yet.
func slotOf(name string) *slot {
	if s, ok := slots.byName.Load(name); ok {
		return s.(*slot)
	}
	slots.Lock()
	defer slots.Unlock()
	if s, ok := slots.byName.Load(name); ok {
		return s.(*slot)
	}
	all := allSlots()
	n := len(all)
	s := &slot{n, name, types.NewUnknown(int64(n), types.NewAttributeTrail(name)), []string{name}}
	all = append(all[:n:n], s)
	slots.all.Store(&all)
	slots.byName.Store(name, s)
	return s
}

func allSlots() []*slot {
	if all := slots.all.Load(); all != nil {
		return *all
	}
	return nil
}

// names returns the facts that an unknown stands for, sorted.
func names(u *types.Unknown, facts []*slot) []string {
	for _, s := range facts {
		if u == s.unknown {
			return s.alone
		}
	}
	var missing []string
	for _, s := range facts { // by name
		if _, is := u.GetAttributeTrails(int64(s.number)); is {
			missing = append(missing, s.name)
		}
	}
	return missing
}

// A reader is the node of an expression that reads a fact.
type reader struct {
	id int64
	*slot
}

// ID implements [interpreter.Interpretable].
func (r *reader) ID() int64 { return r.id }

// Eval implements [interpreter.Interpretable].
func (r *reader) Eval(a cel.Activation) ref.Val { return interpreter.EvalActivation(a, r.Exec) }

// Exec implements [interpreter.InterpretableV2].
func (r *reader) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	v := r.read(frame)
	if costs := frame.CostTracker(); costs != nil {
		costs.EvalAttribute(r.id, false, v)
	}
	return v
}

func (r *reader) read(frame *interpreter.ExecutionFrame) ref.Val {
	f, ok := frame.Scope().(*Facts)
	if !ok {
		f, ok = frame.Parent().(*Facts) // within a loop
	}
	if ok {
		if v := f.at(r.number); v != nil {
			return v
		}
		return r.unknown
	}
	if v, ok := frame.ResolveName(r.name); ok {
		return types.DefaultTypeAdapter.NativeToValue(v)
	}
	return r.unknown
}

// reading makes a program read its facts by number.
func reading(facts []*slot, tree *cel.Ast) cel.ProgramOption {
	byName := map[string]*slot{}
	for _, s := range facts {
		byName[s.name] = s
	}
	ast.PreOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.ComprehensionKind { // its variables may hide a fact
			c := x.AsComprehension()
			for _, local := range []string{c.IterVar(), c.IterVar2(), c.AccuVar()} {
				delete(byName, local)
			}
		}
	}))
	return cel.CustomDecoratorV2(func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		a, ok := i.(interpreter.InterpretableAttribute)
		if !ok {
			return i, nil
		}
		n, ok := a.Attr().(interpreter.NamespacedAttribute)
		if !ok || len(n.Qualifiers()) > 0 || len(n.CandidateVariableNames()) != 1 {
			return i, nil
		}
		if s, ok := byName[n.CandidateVariableNames()[0]]; ok {
			return &reader{i.ID(), s}, nil
		}
		return i, nil
	})
}
