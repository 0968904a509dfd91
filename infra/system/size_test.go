package system_test

import "backroom/shared/testsize"

// What the world holds: as much as ever but under the race detector, for which
// a smaller world has the same kinds of writes. leastPoints may rise and never
// fall: a write that is no longer tried is a crash that is no longer proven
// harmless.
var (
	orderCount    = testsize.Of(50, 50, 12)
	customerCount = testsize.Of(20, 20, 5)
	leastPoints   = testsize.Of(34, 34, 30)
)

// stride is which of the cases of a walk are tried: each, every fifth, or every
// thirteenth under the race detector. Neither shares a divisor with the
// number of modes that a walk turns through, so that all kinds come up. make crash walks all.
var stride = testsize.Of(1, 5, 13)
