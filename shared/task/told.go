package task

import "backroom/shared/shop"

// Told is what a task takes from the companion API of a company, an extension that shows
// what API v2.0 lacks.
type Told struct {
	Set string // of the companion API: "salesPrices"
	// By are the settings of a card, by their names, that ask for it; none: it is not asked for.
	By func(shop.Shop) ([]string, error)
	// Without is one sentence: what stays as it is where the set is not there.
	Without string
}
