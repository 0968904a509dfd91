package jobqueue

// flaws is a set of guards that are switched off: zero in production, set by
// tests of this package alone, to show that each guard's absence is noticed.
type flaws uint64

// The flaws. Each is consulted at the guard itself.
const (
	flawFence         flaws = 1 << iota // guarded writes do not check the lock
	flawAckEarly                        // a message is acknowledged though its result was not written
	flawLostYield                       // the category is free between two slices
	flawRetryStale                      // a retry starts though a later run has started
	flawSkew                            // a lease is over by one's own clock
	flawRenew                           // the renewal of a lost lease is not refused
	flawSlotTwice                       // a slot that has been run starts again
	flawPoison                          // a message that makes no sense is not acknowledged
	flawThrottle                        // a throttle counts as an attempt
	flawStarts                          // starts without an outcome are not counted
	flawSendFirst                       // a trigger is sent before it is stored
	flawSweepLive                       // the sweep closes runs whose lease lives
	flawOvertake                        // another run comes in between two slices
	flawCoalesce                        // every wish queues a run of its own
	flawOutcome                         // a durable outcome is not looked for
	flawHold                            // entries on hold run
	flawCancel                          // a renewal does not tell of a cancellation
	flawHops                            // follow-ups follow without end
	flawLiveLease                       // a live lease is taken over
	flawRetryUnarmed                    // a retry is recorded and not armed
	flawSameFence                       // an acquisition does not raise the fence
	flawHidden                          // a dead dispatcher's message stays hidden for long
	flawNeverLost                       // the sweep closes no run
	flawTwoWrites                       // the end of a run is written in two transactions
	flawNewMessage                      // a run goes on with a new message
	flawEndless                         // failing attempts are not limited
	flawEndedAgain                      // a run that has ended starts again
	flawNoDeadline                      // a slice has no soft stop
	flawRowless                         // a run without a row starts, whatever row it has got meanwhile
	flawClaimAgain                      // a claim of an accepted run is repeated whatever has changed
	flawClaimAccepted                   // a claim of an accepted run is repeated though its row has changed
	flawCloseBlind                      // a run is closed as lost without a look at the renewals
	flawNoWait                          // a run that has overtaken others goes on before its time
	flawEndSameFence                    // leases are ended under the same fence
	flawEndUnseen                       // a slice's end that is not known to be stored is taken to be
	flawLookUp                          // a run's end that was not stored is taken to be
	flawQueuedStays                     // an entry waits for its accepted run though that has started
	flawQueuedForever                   // an entry waits for a run that is over
	flawSkipBlind                       // a run without a row is skipped, whatever it does meanwhile
	flawMade                            // what is planned for a deleted entry is the next one's
)

// has reports whether the guard of one is off.
func (f flaws) has(one flaws) bool { return f&one != 0 }
