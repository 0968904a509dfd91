// Package creditapi reads and writes the sales credit memos of a Business Central
// company, as package creditmemos asks for them.
package creditapi
