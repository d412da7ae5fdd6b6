// Package profiles embeds the shelf of YAML profiles, frameworks and rules;
// it loads one by name or path.
//
// A profile says what an investigation may do, what is kept of what it sees,
// where it stops and how its risk is weighed. It is one YAML document,
// strictly read: default.yaml shows every key with what it means. [Load]
// gives a [Profile]; what was left out has its default, so that [Profile.JSON]
// says the whole and [Profile.SHA256] names it.
package profiles
