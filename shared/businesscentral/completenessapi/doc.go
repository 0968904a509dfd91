// Package completenessapi reads a company's sales documents by their totals, as package
// completeness asks for them.
package completenessapi
