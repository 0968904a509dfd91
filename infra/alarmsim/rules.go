package alarmsim

import "time"

// Rules are what AWS does not publish.
type Rules struct {
	// Extra is how many periods more than those to evaluate are fetched.
	Extra int
	// Delay is from a value's arrival, in a log or from a service, to its datapoint.
	Delay time.Duration
	// Idle is for how long a queue that was idle publishes nothing once it is active.
	Idle time.Duration
	// Twice has every seventh line count twice: extraction is at least once.
	Twice bool
	// FillsEmpty has FILL fill a metric that has no point in range at all.
	FillsEmpty bool
	// Unknown has a suppressor without data suppress.
	Unknown bool
	// Turn shifts the second of the minute at which each alarm is evaluated.
	Turn int
}
