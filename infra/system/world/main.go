package world

import (
	"os"
	"runtime/debug"
	"testing"
)

// Main is TestMain of packages full of worlds. Garbage grows to four times what is in
// use: worlds are small and short-lived, and collecting them takes a fifth of the time.
func Main(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
