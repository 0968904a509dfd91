//go:build !race

package functions_test

// stride is which of the cases of a walk are tried: each.
const stride = 1
