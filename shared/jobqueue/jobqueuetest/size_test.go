//go:build !race

package jobqueuetest

// What of the simulation runs in the package's tests.
const (
	ordinarySeeds = 10
	SteppedSeeds  = 60
	repeatedSeeds = 3
	shrinks       = 25
)
