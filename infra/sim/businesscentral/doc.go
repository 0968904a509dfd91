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
// Where Microsoft's documentation leaves something open, the simulator takes
// the answer that is worse for a client.
package businesscentral
