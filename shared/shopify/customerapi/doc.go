// Package customerapi reads and writes the customers of a shop, as package
// customersync asks for them.
package customerapi
