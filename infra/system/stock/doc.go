// Package stock holds whole syncs of stock against the simulators: what they cost, and
// what is available in the end.
package stock
