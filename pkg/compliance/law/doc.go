// Package law decides by frameworks of law what may be done with data about
// people: facts go in, a decision comes out. It knows no case, no collector
// and no gate; it supports a decision and gives no legal advice.
//
// A [Framework] is a YAML file: which facts make it apply, and rules with a
// citation, a condition in CEL, an outcome and a remedy. [Load] reads all of
// them and the [List] files that they refer to, or none: a [Book] is never
// half loaded. A [Cases] file says what must come out.
//
// How [Book.Decide] decides:
//
//   - The order is allow, allow-with-redaction, review, deny. The strictest
//     outcome of all rules that fire, of every framework that applies, is the
//     verdict; redactions are united.
//   - A framework applies unless its applies is false: where that is unknown,
//     it applies.
//   - A rule fires with its outcome when its when is true and its require is
//     false. Without a when it always asks; without a require it is never met.
//   - A fact that is not known is neither true nor false: "false && unknown" is
//     false, "true || unknown" is true. Where what remains unknown would
//     decide, the rule fires with review, whatever its outcome is, and names
//     the facts. It redacts as if it had fired. The same holds where a rule
//     says by an expression what it redacts, and that is unknown.
//   - Nothing weakens what has fired: an unknown fact elsewhere leaves a deny a
//     deny.
//   - Where the rules that fired for certain take away every category that the
//     collector emits, the verdict is deny, by [NothingLeft].
//
// Facts are named in [Vocabulary]; a rule that names another one does not
// load. Conditions that read alike are compiled once in a book, and judged at
// most once in a decision.
package law
