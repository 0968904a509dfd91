package customers

import (
	"testing"

	"backroom/shared/shop"
)

// A sandbox that was copied from production has companies and customers of the same
// ids and numbers: what is claimed in one says nothing of the other.
func TestLinksAreOfOneEnvironment(t *testing.T) {
	of := func(environment, id string) string {
		return linkOf(Card{Shop: shop.Shop{Code: "acme", Company: shop.Company{Tenant: "t", Environment: environment, ID: id}}}, buyer{ID: "7"}).Company
	}
	if of("Production", "co") == of("Sandbox", "co") || of("Production", "co") == of("Production", "co2") {
		t.Error("companies of two environments, or two companies of one, are the same")
	}
	if of("Production", "CO") != of("production", "co") {
		t.Error("one company in other letters is another one")
	}
	if of("Production", "") != "" {
		t.Error("a card without a company has one")
	}
}
