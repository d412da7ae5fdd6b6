// Package tolerance decides what of a judged case is borne and what breaks a
// build.
//
// A [Condition] is an expression of --fail-on. [Parse] compiles it when the
// program starts; [Condition.Judge] says whether it holds of a case, and
// because of which findings. What can't be judged holds: a gate that opens
// where nothing was seen is no gate.
//
// [ReadSuppressions] reads the findings that somebody decided to bear until a
// day. They stay in the case and in the score, which says what is, not what
// is minded; only the conditions pass over them.
package tolerance
