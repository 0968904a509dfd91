//go:build !race

package staging_test

import "time"

// How far the index trails.
var lags = []time.Duration{0, leastLag}
