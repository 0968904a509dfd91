//go:build !race

package relation_test

// sample is how many shops are drawn unless the command says otherwise.
const sample = 4
