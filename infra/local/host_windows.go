package main

import (
	"os"
	"os/exec"

	"golang.org/x/sys/windows"
)

// errInUse is the system's error for an address that another program has.
const errInUse = windows.WSAEADDRINUSE

// apart starts cmd in a process group of its own: a Ctrl-C in the console does
// not reach it.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &windows.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// askToEnd does nothing: Windows asks no process of another group. A simulator
// ends when its input does.
func askToEnd(*os.Process) error { return nil }
