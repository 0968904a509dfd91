// Package jobstore keeps job entries, categories and runs in the table: which
// items there are (keys.go), and how each is read and written. It takes no decision
// that is not a law of package jobqueue. Reading for people: [Store.Jobs],
// [Store.Run], [Store.Running] and [Store.Log].
//
// Methods that begin with Put, Check or Delete make an operation of a transaction
// that somebody else writes. [Store] implements jobqueue.Guard.
package jobstore
