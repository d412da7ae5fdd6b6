// Package infrastructure holds the collectors of names, addresses, networks
// and certificates: one source, one file.
//
// Each source's file says what it asks and how; parsers beside it turn bytes
// into values and know neither network nor clock. What registration data of
// any source comes to is said in one place, and so is what names found in
// certificates come to.
package infrastructure
