//go:build race

package relation_test

// sample is small where everything is eight times slower.
const sample = 1
