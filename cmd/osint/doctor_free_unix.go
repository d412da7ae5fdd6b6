//go:build linux || darwin || freebsd

package main

import "syscall"

// freeBytes returns what a user may still write where dir lies.
func freeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
