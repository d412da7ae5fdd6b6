//go:build unix

package pipeline

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// usage returns the processor time of this process and the most memory it
// held, in bytes.
func usage() (cpu time.Duration, peak int64) {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	peak = int64(u.Maxrss)
	if runtime.GOOS != "darwin" {
		peak *= 1024
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), peak
}
