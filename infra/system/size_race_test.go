//go:build race

package system_test

// The race detector makes everything eight times slower: a smaller world has
// the same kinds of writes, and of a walk every seventh case is tried, with
// which all kinds come up. make crash walks all.
const (
	stride        = 7
	orderCount    = 12
	customerCount = 5
	leastPoints   = 30
)
