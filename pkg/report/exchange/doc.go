// Package exchange renders a case for other programs: SARIF 2.1.0, JUnit XML,
// GitLab's code quality report, and GitHub's annotations and step summary.
//
// A [Sheet] is what these take of a document. One file may hold the sheets of
// several cases, and a sheet knows where in the repository its findings are
// shown: see [Places]. [Formats] are the files of one case.
//
// Text from outside is made visible first ([report.Safe]) and then escaped for
// where it stands: no finding can end a field, a line or a command.
package exchange
