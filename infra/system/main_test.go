package system_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage grow to four times what is in use: worlds are small and short-lived,
// and collecting them would take a fifth of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
