// Package companyapi reads and writes the companies of a shop (B2B), as package companysync asks for
// them.
package companyapi
