// Package testsize says how much of a long walk a test goes: over every write
// of a sync, every scenario, many seeds.
package testsize

import "os"

// Variable names the size in the environment. "whole" is every case; that is
// how make crash and the mutations run the walks. Any other value is a sample.
const Variable = "BACKROOM_TEST_SIZE"

// Whole is the value of Variable for every case.
const Whole = "whole"

// Of chooses what a test takes: whole where Variable asks for every case,
// race under the race detector, which makes everything several times slower,
// and plain otherwise. Under the race detector nothing is whole.
func Of[T any](whole, plain, race T) T {
	switch {
	case Race:
		return race
	case os.Getenv(Variable) == Whole: //nolint:forbidigo // only tests ask
		return whole
	}
	return plain
}
