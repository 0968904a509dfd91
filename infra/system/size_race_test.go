//go:build race

package system_test

// The race detector makes everything eight times slower: a smaller world has
// the same kinds of writes.
const (
	orderCount    = 12
	customerCount = 5
	leastPoints   = 30
)
