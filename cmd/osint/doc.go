// Command osint wires flags, profile, collectors and sinks; decides exit
// codes.
//
// One verb, one file. A command is glue: its flags, what they mean, one call.
// Data goes to stdout and everything else to stderr; [main] alone ends the
// process, with a code from the table in exit.go.
package main
