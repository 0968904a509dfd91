package alarmsim_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// Each scenario makes a stage and throws it away: memory is cheaper than its collection.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
