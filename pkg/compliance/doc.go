// Package compliance decides what may be asked, kept and shown.
//
// A [Policy] is what a profile allows, a [Job] is what one investigation
// wants; a [Gate] rules on the two. It answers three questions: may this
// collector ask about this entity ([Gate.Ask]), may this observation be kept
// and how ([Gate.Keep]), may this be handed to these people
// ([Gate.Disclose]). Every [pipeline.Ruling] names the rule that decided, the
// clause of the profile or the terms it rests on, and a reason in a sentence.
//
// Without law each answer is a pure function of what it is given. A gate under
// law ([Gate.Under]) belongs to one case and learns from its lines; it puts a
// question about people off until everything else has settled, so that one case
// is ruled the same whatever was asked or answered first.
//
// A question is put to a list of clauses. Each rules for itself or has
// nothing to say; the strictest verdict wins, the strictest way of keeping
// wins, redactions and unknown facts are united, and a redaction that leaves
// nothing is a denial. A framework of law is one more clause.
//
// A policy never asks whether something is wise, only whether it is allowed;
// and it is no legal advice.
package compliance
