// Package dispatch turns messages into runs. A [Dispatcher] does for each delivery
// of a message what it asks for, one slice of a run at most:
//
//  1. work.go: [Dispatcher.Work] receives the message, and gives it back or deletes
//     it as the [Disposition] says. While a slice runs the message is hidden.
//  2. dispatch.go: [Dispatcher.Handle] reads message, entry and category. What
//     makes no sense is rejected, what nobody wants any more is skipped, and both
//     are recorded. A message that grows old hands its run over to a new one.
//  3. admit.go: the run that the message asks for is found or made, and it is
//     decided whether it starts, goes on, or is nothing. When it would start, an
//     entry of a higher priority that is due goes first, with this message.
//  4. claim.go: the category is taken, and the start of the slice stored, by one
//     transaction. A live owner keeps it: the message comes back when that is over.
//  5. slice.go: the task runs, wherever the invoker has it run; what became of it is
//     taken from the answer or looked up.
//  6. finish.go: the end of the slice is recorded by one transaction: the run goes
//     on with the same message, or ends, with its retry armed before and its
//     follow-ups accepted in it.
//
// An error means that nothing is known to be durable: the message is left alone and
// comes back. Whatever step a process dies in, the next delivery decides anew from
// what is stored.
//
// The [Executor] is the task's side: it renews the lease, and makes the outcome
// durable before it is answered.
package dispatch
