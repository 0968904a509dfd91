package alarmsim_test

import "backroom/shared/testsize"

// stride is which of the scenarios are played: each, every third, or every
// eleventh under the race detector. make crash plays all.
var stride = testsize.Of(1, 3, 11)
