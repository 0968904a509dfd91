//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// errInUse is the system's error for an address that another program has.
const errInUse = syscall.EADDRINUSE

// apart starts cmd in a process group of its own: what the terminal sends to the
// group of this process does not reach it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// askToEnd asks a process to end.
func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
