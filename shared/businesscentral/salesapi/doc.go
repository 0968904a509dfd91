// Package salesapi reads and writes the sales documents of a Business Central
// company, as documents asks for them.
package salesapi
