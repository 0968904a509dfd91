//go:build race

package documents

// stride is which of the cases of a walk are tried: every seventh, with which all
// kinds come up, where everything is eight times slower. make crash walks all.
const stride = 7
