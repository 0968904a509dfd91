// Package jobs is what people and programs do to job entries and runs. A [Client]
// saves entries, accepts runs, and does every [Action] that the status of an entry
// allows (transitions.go has the table).
//
// Each action is one transaction, decided from what it is conditional on. What
// follows it, a schedule or a message, may fail: that is logged, and the sweep does
// it. Errors that a person can do something about are an [ErrRefused] or problems of
// the entry (jobqueue.Problems); their texts are one sentence.
package jobs
