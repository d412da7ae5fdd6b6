// Command bench measures osint from outside, as whole processes: how it
// starts, and how long a run takes against its own chain of dependent
// exchanges. bench/run calls it; the figures and what they mean are in
// README.md.
package main
