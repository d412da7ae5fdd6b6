// Package technical holds the collectors of what is public of software and of
// chains of blocks: repositories, packages and wallets. One source, one file.
//
// A secret that stands in public code is counted and located, and marked so that
// it is known again within the case: under the case's own key, and not at all
// where it may be a password that somebody could guess. It is never kept, and never
// tried.
package technical
