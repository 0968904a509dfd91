// Package task is what all tasks have in common. A [Definition] says all that the
// outside derives from a task: function, role, alarm, event, job entry, page of docs.
// [New] makes the job queue's task of the work that a domain does in one [Slice].
package task
