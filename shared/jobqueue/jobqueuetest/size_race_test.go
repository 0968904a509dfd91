//go:build race

package jobqueuetest

// The race detector makes a history ten times slower, and only one part of it
// runs at a time: make check runs all of it without.
const (
	ordinarySeeds = 2
	SteppedSeeds  = 4
	repeatedSeeds = 1
	shrinks       = 0
)
