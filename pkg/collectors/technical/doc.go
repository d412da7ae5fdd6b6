// Package technical holds the collectors of what is public of software and of
// chains of blocks: repositories, packages and wallets. One source, one file.
//
// A secret that stands in public code is counted, located and fingerprinted. It is
// never kept, and never tried.
package technical
