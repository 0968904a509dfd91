// Package completenessapi reads a shop's orders by their totals, in pages and by bulk
// operations, as package completeness asks for them.
package completenessapi
