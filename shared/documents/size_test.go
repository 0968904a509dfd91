package documents

import "backroom/shared/testsize"

// stride is which of the cases of a walk are tried: each, every third, or every
// thirty-first under the race detector; all kinds come up with either. make crash
// walks all.
var stride = testsize.Of(1, 3, 31)
