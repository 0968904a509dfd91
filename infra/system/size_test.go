//go:build !race

package system_test

// What the world holds. leastPoints may rise and never fall: a write that is no
// longer tried is a crash that is no longer proven harmless.
// stride is which of the cases of a walk are tried: each.
const (
	stride        = 1
	orderCount    = 50
	customerCount = 20
	leastPoints   = 34
)
