//go:build race

package alarmsim_test

// stride is which of the scenarios are played: every seventh, for under the race
// detector each takes eight times as long. make crash plays all.
const stride = 7
