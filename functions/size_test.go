package functions_test

import "backroom/shared/testsize"

// stride is which of the cases of a walk are tried: each, every fifth, or every
// eleventh under the race detector; all kinds come up with either. make crash
// walks all.
var stride = testsize.Of(1, 5, 11)
