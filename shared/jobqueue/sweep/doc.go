// Package sweep mends what crashes and lost calls leave behind, and counts what is
// not as it should be. A [Sweeper] walks the shops (sweep.go) and the runs that wait
// for a message (waiting.go), once a minute; how long it is patient is in decide.go.
// Of a shop it mends the runs in progress (progress.go), the entries (entries.go) and
// their schedules (schedules.go). It sets right what a clock that was ahead has stored
// (right.go), and says how the shops fare (health.go, swept.go).
package sweep
