// Package postingapi posts the sales documents of a Business Central company, as
// posting asks for it.
package postingapi
