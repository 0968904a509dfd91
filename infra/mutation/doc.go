// Package mutation asks the tests whether they hold the decisions of the
// product: it changes one decision at a time and expects a test to fail.
//
// A mutation is a file of the folder mutations:
//
//	decision: what the product promises, and this change breaks
//	file: shared/orders/import.go
//	tests: ./shared/orders ./shared/staging
//	run: ^TestCursor
//	skip: Slow
//	--- this
//	the text that is replaced, found exactly once
//	--- becomes
//	the text in its place
//
// The lines "run" and "skip", which are go test's flags of the same names, may
// be left out. What is wrong only in two places at once has a second change
// below the first: "--- also" with its file, "--- this" and "--- becomes".
//
// Changes are applied by go test -overlay: no file of the repository is written.
// A mutation is killed by a test that fails; one that does not compile, or whose text is not there any more, is a
// fault of the mutation and fails the run. What survives must be explained in
// survivors.txt, which holds three mutations at most.
//
// A bug that is planted into the job queue is such a file too, in
// shared/jobqueue/jobqueuetest/testdata/planted. It takes one guard away, and says who must
// notice, in place of run and skip:
//
//	seed: 7
//	breaks: I5
//	scenarios: TestI5LateWritesOfAKilledTaskAreRefusedAndItsRunEndsAsLost
//
// The history of the seed must break that invariant, and each scenario must
// find its own broken on both engines; without the bug they all must hold. A
// seed that a change of the simulation has moved is looked for in the first
// 1,000 histories, and printed.
//
// The package has no code of its own outside its tests: make mutations and make
// planted run it.
package mutation
