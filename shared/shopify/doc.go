// Package shopify is the core of the clients of Shopify's Admin GraphQL API, version
// 2026-07: it gets tokens, pays with points, sends and classifies. What is asked for
// is known by the packages below it, one for each domain, which implement the
// domain's interfaces.
//
// The documents are in queries/, checked against schema.graphql, our subset of the
// API; internal/gql is generated from both. A request takes its points from a bucket
// that the tasks of a shop share ([Grants]), and a failure is classified here, once,
// as a *fault.Error.
package shopify
