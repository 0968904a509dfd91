//go:build race

package staging_test

import "time"

// The race detector makes everything eight times slower: half of the cases have
// the same writes.
var lags = []time.Duration{leastLag}
