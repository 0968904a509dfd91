//go:build !race

package alarmsim_test

// stride is which of the scenarios are played: each.
const stride = 1
