//go:build !linux

package pgtest

import "syscall"

// attributes: there is nothing here that ends a server with its starter.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as}
}
