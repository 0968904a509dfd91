package jobqueuetest

import "backroom/shared/testsize"

// What of the simulation runs in the package's tests: less under the race
// detector, which makes a history ten times slower, and only one part of it runs
// at a time. make check runs all of it without.
var (
	ordinarySeeds = testsize.Of(10, 5, 1)
	SteppedSeeds  = testsize.Of[uint64](60, 20, 2)
	repeatedSeeds = testsize.Of(3, 1, 0)
	shrinks       = testsize.Of(25, 8, 0)
)
