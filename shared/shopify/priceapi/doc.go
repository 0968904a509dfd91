// Package priceapi reads and changes the prices of a shop's variants, as package prices
// asks for it.
package priceapi
