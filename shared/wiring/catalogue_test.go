package wiring_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"backroom/shared/issue"
)

// answer is what stands here for a row of the connector's catalogue of errors and skips
// of Microsoft's source, by row.
type answer struct {
	row     int
	says    string // a word of the row: the catalogue has not been numbered anew
	reasons []issue.Reason
	instead string // why no reason stands for it, or for a part of it
}

// catalogue has all rows of it.
var catalogue = []answer{
	{1, "unmapped", []issue.Reason{"customer-unmapped", "item-unmapped", "variant-unmapped", "tip-account-missing", "gift-card-account-missing"}, ""},
	{2, "edited/cancelled", []issue.Reason{"changed-after-processing", "cancelled-after-processing", "not-amended"}, ""},
	{3, "begins with `@`", []issue.Reason{"order-number-unusable"}, ""},
	{4, "validation error", []issue.Reason{"document-refused", "customer-blocked", "item-blocked", "account-unusable", "document-differs"}, ""},
	{5, "reading/storing", []issue.Reason{"order-unreadable", "order-denied"}, ""},
	{6, "already linked", nil, "a command that is refused says so to who gave it (problem refused)"},
	{7, "contact", nil, "contacts of a document are not in API v2.0"},
	{8, "already has a document", []issue.Reason{"adopted-credit-memo-differs", "two-credit-memos-found"}, "a refund that has its credit memo is done"},
	{9, "must be processed first", []issue.Reason{"refund-of-a-conflict", "refund-before-processing"}, "a refund waits for its order's document, which the order's own issue explains"},
	{10, "already deducted", []issue.Reason{"refund-before-processing"}, ""},
	{11, "still pending", nil, "it is no failure: a refund whose transaction is pending is booked by the run that sees it settled"},
	{12, "non-restock", []issue.Reason{"refund-account-missing", "non-restock-account-missing", "shipping-account-missing", "gift-card-account-missing", "credit-memo-differs"}, ""},
	{13, "no item line", nil, "a shipment of no goods has nothing to tell, and is done"},
	{14, "does not exist", []issue.Reason{"shipment-order-not-imported", "shipment-order-without-document", "shipment-order-gone"}, ""},
	{15, "no matching FO lines", []issue.Reason{"shipment-too-much", "shipment-line-unknown", "shipment-on-hold", "shipment-scheduled", "shipment-at-service"}, ""},
	{16, "created no fulfillment", []issue.Reason{"shipment-refused", "shipment-unsettled"}, ""},
	{17, "may only be set", nil, "nobody sets the id of a fulfilment by hand"},
	{18, "item blocked", []issue.Reason{"item-cannot-be-a-product"}, ""},
	{19, "description empty", []issue.Reason{"item-cannot-be-a-product"}, ""},
	{20, "variant blocked", []issue.Reason{"item-cannot-be-a-product", "product-item-blocked"}, ""},
	{21, "2048", []issue.Reason{"item-cannot-be-a-product", "product-refused-by-shopify"}, ""},
	{22, "As Option", nil, "attributes of items are not in API v2.0: item variants are one option"},
	{23, "same option values", []issue.Reason{"product-refused-by-shopify", "item-cannot-be-a-product"}, ""},
	{24, "lacks an option attribute", nil, "attributes of items are not in API v2.0"},
	{25, "lacks required attributes", nil, "attributes of items are not in API v2.0"},
	{26, "UoM as Variant", nil, "neither is done: units of measure are no variants, and items are not added to products by hand"},
	{27, "item blocked", []issue.Reason{"product-item-blocked"}, ""},
	{28, "already archived", nil, "what is so already is unchanged, not skipped"},
	{29, "price left", []issue.Reason{"product-item-blocked"}, ""},
	{30, "unit of measure", []issue.Reason{"stock-unit-unknown"}, "prices are those of the unit that an item is sold in"},
	{31, "reverted", []issue.Reason{"product-refused-by-shopify"}, "no price is kept before Shopify has taken it, so that none is reverted"},
	{32, "creating/updating the item", []issue.Reason{"product-refused-by-business-central", "product-item-missing", "product-unreadable"}, ""},
	{33, "item template", nil, "a setting without what it needs is refused when the card is saved"},
	{34, "concurrency", []issue.Reason{"stock-refused", "stock-unread"}, ""},
	{35, "no e-mail", []issue.Reason{"customer-without-contact"}, ""},
	{36, "already belongs", []issue.Reason{"customer-contact-taken"}, ""},
	{37, "county longer", []issue.Reason{"customer-state-unclear", "customer-refused"}, ""},
	{38, "without ISO code", []issue.Reason{"customer-empty", "customer-template-code-missing", "customer-country-unknown", "country-unmapped"}, ""},
	{39, "external id exists", nil, "companies are not sent to the shop"},
	{40, "company has no location", []issue.Reason{"company-unmapped"}, ""},
	{41, "catalog not found", nil, "catalogs of the shop are not kept"},
	{42, "catalog currency", nil, "catalogs of the shop are not kept"},
	{43, "neither Shopify customer", nil, invoicesOut},
	{44, "payment terms not mapped", []issue.Reason{"payment-terms-unmapped"}, invoicesOut},
	{45, "default customer", nil, invoicesOut},
	{46, "country template", nil, invoicesOut},
	{47, "fractional or negative", []issue.Reason{"shipment-part-of-unit"}, invoicesOut},
	{48, "setting off", nil, invoicesOut},
	{49, "outgoing data", nil, "a shop that is not enabled has no runs, and a setting that is off sends nothing: neither fails"},
	{50, "no token", nil, "the connection's own: the run fails, and says in a sentence what to do (fault.Error.Merchant)"},
	{51, "not JSON", []issue.Reason{issue.SystemFailure}, "no request is near 50,000 characters"},
	{52, "userErrors", []issue.Reason{"shipment-refused", "stock-refused", "image-refused", "product-refused-by-shopify", "number-refused", "archive-refused", "customer-refused-by-shop"}, ""},
	{53, "wrong URL form", nil, "the card and the connection check refuse it, with the setting's name"},
	{54, "ISO code", []issue.Reason{"currency-unmapped"}, "a code is mapped by currencies on the shop card, never guessed"},
}

const invoicesOut = "posted invoices are not sent to the shop as orders"

// TestWhatStandsForTheCatalogue: each row of the connector's catalogue has reasons that
// a task gives, or a word why it needs none.
func TestWhatStandsForTheCatalogue(t *testing.T) {
	for i, a := range catalogue {
		if a.row != i+1 {
			t.Errorf("row %d stands at %d", a.row, i+1)
		}
		if len(a.reasons) == 0 && a.instead == "" {
			t.Errorf("row %d has no reason and no word why", a.row)
		}
		for _, r := range a.reasons {
			if e, ok := registered.Reasons[r]; !ok || e.Text == "" || e.WayOut == "" {
				t.Errorf("row %d: no task gives the reason %s", a.row, r)
			}
		}
	}
}

var catalogueRow = regexp.MustCompile(`(?m)^\| (\d+) \| [A-Z] \|.*$`)

// TestTheCatalogueIsWhole walks the connector's catalogue itself.
func TestTheCatalogueIsWhole(t *testing.T) {
	dir := os.Getenv("BACKROOM_SHARED")
	if dir == "" {
		t.Skip("BACKROOM_SHARED is not set: it names the folder with the reference data")
	}
	b, err := os.ReadFile(filepath.Join(dir, "reference", "connector-behaviour.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(b), "\n## 5. ")
	section, _, ended := strings.Cut(after, "\n## 6. ")
	rows := catalogueRow.FindAllStringSubmatch(section, -1)
	if !found || !ended || len(rows) == 0 {
		t.Fatal("the reference has no table in section 5")
	}
	for _, row := range rows {
		n, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(catalogue, func(a answer) bool { return a.row == n })
		if at < 0 {
			t.Errorf("nothing stands for %s", row[0])
		} else if !strings.Contains(row[0], catalogue[at].says) {
			t.Errorf("row %d says %q, not %q", n, row[0], catalogue[at].says)
		}
	}
	if len(rows) != len(catalogue) {
		t.Errorf("%d rows in the reference, %d here", len(rows), len(catalogue))
	}
}
