// Package bcapi holds what several domains must name of Business Central: the
// length and the form of its fields, its codes, and the rows of its small tables.
// It does no I/O and knows no wire form; those belong to the API clients.
package bcapi
