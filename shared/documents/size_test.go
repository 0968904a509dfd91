//go:build !race

package documents

// stride is which of the cases of a walk are tried: each.
const stride = 1
