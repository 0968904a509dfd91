// Package jobqueuetest proves what the rooms of the queue do together, on both
// engines: I1 to I18 by scenarios (invariants_*_test.go) and by histories of
// crashes, lost answers and clocks that step (simulate_*_test.go), each person's
// and each crash's doing by itself (the other tests), and that all of this finds
// the bugs of testdata/planted. Tables of decisions stand beside what decides.
package jobqueuetest
