// Package shopify simulates Shopify's Admin GraphQL API on the wire: it checks
// every document against its own part of the schema, charges and throttles by
// the published formula, pages, searches an index that trails the database,
// refuses what Shopify refuses and in Shopify's words, and sends signed
// webhooks. It is a tool to develop and test against and no part of the
// product; it shares no code with the client.
//
// [New] makes a server of one or more shops, each found by its host name. The
// control API under /_sim/ and the methods of [Shop] change what a shop holds.
package shopify
