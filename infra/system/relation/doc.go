// Package relation holds the test of the relation between a shop and its
// company: random shops, whole syncs, and an oracle that says of each order
// whether its document is what the order says.
package relation
