// Package prices sends the prices of Business Central's items to the variants of a
// Shopify shop that stand for them: price, compare-at price and unit cost.
//
// A price is made by a pure law (price.go) from what the company knows of an item
// (book.go), compared with what the shop has shown or answered last (store.go), and sent
// product by product, or by one bulk operation where there are many (send.go).
package prices
