// Package companyapi reads the companies of a shop (B2B), as package companysync asks for
// them.
package companyapi
