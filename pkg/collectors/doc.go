// Package collectors holds what binds a collector to a run, and [Net], the
// only way out of this machine.
//
// A collector is an [Entry]: a [pipeline.Spec] and a [Func]. The Func is
// handed a [View], this task's sight of the process's one Net, and an [Emit].
// It asks through the View, parses what comes back, and emits observations.
// It keeps no state, opens no socket, reads no clock but [View.Now], and
// names for each observation the exchanges that prove it.
package collectors
