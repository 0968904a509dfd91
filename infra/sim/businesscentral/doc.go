// Package businesscentral simulates Business Central's API v2.0 on the wire:
// OData with BC's limits, $batch, deep insert, field logic in the order of the
// JSON, number series, posting in several commits, request limits. It refuses
// what BC refuses, with BC's status and code. It is a tool to develop and test
// against and no part of the product; it shares no code with the client.
//
// [New] makes a server of one or more companies; [Cronus] is a company to start
// from. The control API under /_sim/ and the methods of [Company] look into a
// company and change it; / is a page for people. [Server.Faults] makes calls go
// wrong, [Server.FailInner] operations inside a batch.
//
// Documents are written as BC's source does it. Rules are numbered by topic: 1
// addresses and tokens, 2 limits, 3 batches, 4 entities, 5 one document each, 6
// webhooks, 7 what the API lacks, 8 errors, 9 how documents are written, 10 posting
// and what comes after; rules_test.go and its neighbours name the number of each. What
// only a live tenant can tell is one of the [Switches]. Where Microsoft's
// documentation leaves something else open, the simulator takes the answer that
// is worse for a client. Every refusal says in the header X-Sim-Explain, and in
// [Options.Log], which rule it comes from.
//
// A company is plain [Data]: masters, and rules that no entity set shows, such as
// prices, post codes and ship-to addresses. [CronusUSA] has sales tax for VAT.
//
// Not simulated: exchange rates by date, ledgers beside the general one, rights of
// single tables, blanket and return orders.
package businesscentral
