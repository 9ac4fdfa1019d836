// Runs a command and tells on descriptor 3, as one line of JSON, what it took: wait4's rusage, which is of all its threads
// and of all the processes that it has waited for. What does not end by itself is killed, and nothing is told.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const longest = 5 * time.Minute

func main() {
	within, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	command := exec.CommandContext(within, os.Args[1], os.Args[2:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	from := time.Now()
	err := command.Run()
	wall := time.Since(from)
	if command.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(127)
	}
	if within.Err() != nil {
		fmt.Fprintln(os.Stderr, "it did not end within", longest)
		os.Exit(124)
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	us := func(time syscall.Timeval) int64 { return int64(time.Sec)*1_000_000 + int64(time.Usec) }
	json.NewEncoder(os.NewFile(3, "usage")).Encode(map[string]int64{
		"code":     int64(command.ProcessState.ExitCode()),
		"startUs":  from.UnixMicro(),
		"wallUs":   wall.Microseconds(),
		"userUs":   us(usage.Utime),
		"systemUs": us(usage.Stime),
		"peakKb":   int64(usage.Maxrss),
	})
}
