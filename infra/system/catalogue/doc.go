// Package catalogue holds items, prices, stock and pictures of whole syncs against input
// that is bad: each bad thing is said of the item, and everything else is in step.
package catalogue
