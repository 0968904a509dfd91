package data

import "time"

// Flood is orders beside those that a shop stores: so many that they are made when they
// are read. They are in the order in which they were placed, and never change.
type Flood interface {
	Len() int
	At(i int) *Order
	// Since is the place of the first order that was placed at t or later.
	Since(t time.Time) int
	// Of is the place of the order that has an id, or a refund of that id, -1 if none has.
	Of(typ string, id int64) int
}
