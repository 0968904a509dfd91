package itemapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/listings"
)

// Listed are the items of a company as listings asks for them. Safe for concurrent use.
type Listed struct {
	*businesscentral.Client
}

var _ listings.Company = (*Listed)(nil)

// NewListed makes the items of c's company.
func NewListed(c *businesscentral.Client) *Listed { return &Listed{c} }

// listedItem is listings.Item as BC writes it.
type listedItem struct {
	Mark       string          `json:"@odata.etag"`
	ID         string          `json:"id"`
	Number     string          `json:"number"`
	Name       string          `json:"displayName"`
	Category   string          `json:"itemCategoryCode"`
	Blocked    bool            `json:"blocked"`
	GTIN       string          `json:"gtin"`
	UnitPrice  decimal.Decimal `json:"unitPrice"`
	ModifiedAt time.Time       `json:"lastModifiedDateTime"`
}

// listedVariant is listings.ItemVariant as BC writes it.
type listedVariant struct {
	ID         string    `json:"id"`
	Item       string    `json:"itemNumber"`
	Code       string    `json:"code"`
	Name       string    `json:"description"`
	ModifiedAt time.Time `json:"lastModifiedDateTime"`
}

func itemOf(r listedItem) listings.Item {
	return listings.Item{
		ID: r.ID, Number: bcapi.Code(r.Number), Name: r.Name, Category: bcapi.Code(r.Category), Blocked: r.Blocked, GTIN: r.GTIN, UnitPrice: r.UnitPrice, ModifiedAt: r.ModifiedAt.UTC(),
	}
}

func itemVariantOf(r listedVariant) listings.ItemVariant {
	return listings.ItemVariant{ID: r.ID, Item: bcapi.Code(r.Item), Code: bcapi.Code(r.Code), Name: r.Name, ModifiedAt: r.ModifiedAt.UTC()}
}

// Items implements listings.Company.
func (l *Listed) Items(ctx context.Context, f func(listings.Item) error) error {
	return businesscentral.Each(ctx, l.Client, "businesscentral.Items", l.Path("items", "$select", businesscentral.Fields[listedItem]()),
		func(r listedItem) error { return f(itemOf(r)) })
}

// ItemVariants implements listings.Company.
func (l *Listed) ItemVariants(ctx context.Context, f func(listings.ItemVariant) error) error {
	return businesscentral.Each(ctx, l.Client, "businesscentral.ItemVariants", l.Path("itemVariants", "$select", businesscentral.Fields[listedVariant]()),
		func(r listedVariant) error { return f(itemVariantOf(r)) })
}

// since are the options of a list of what changed at from or later.
func since(from time.Time, fields string) []string {
	return []string{"$filter", "lastModifiedDateTime ge " + from.UTC().Format("2006-01-02T15:04:05.000Z"), "$orderby", "lastModifiedDateTime", "$select", fields}
}

// ChangedItems implements listings.Company.
func (l *Listed) ChangedItems(ctx context.Context, from time.Time) ([]listings.Item, error) {
	return businesscentral.All(ctx, l.Client, "businesscentral.ChangedItems", l.Path("items", since(from, businesscentral.Fields[listedItem]())...), itemOf)
}

// ChangedVariants implements listings.Company.
func (l *Listed) ChangedVariants(ctx context.Context, from time.Time) ([]listings.ItemVariant, error) {
	return businesscentral.All(ctx, l.Client, "businesscentral.ChangedVariants", l.Path("itemVariants", since(from, businesscentral.Fields[listedVariant]())...), itemVariantOf)
}

// ByNumber implements listings.Company.
func (l *Listed) ByNumber(ctx context.Context, numbers []string) ([]listings.Item, []listings.ItemVariant, error) {
	return l.lookUp(ctx, "businesscentral.ListedByNumber", "number", numbers, "itemNumber", numbers)
}

// ByCode implements listings.Company.
func (l *Listed) ByCode(ctx context.Context, gtins, codes []string) ([]listings.Item, []listings.ItemVariant, error) {
	return l.lookUp(ctx, "businesscentral.ListedByCode", "gtin", gtins, "code", codes)
}

// lookUp finds items and variants, both by one batch.
func (l *Listed) lookUp(ctx context.Context, op, itemField string, items []string, variantField string, variants []string) ([]listings.Item, []listings.ItemVariant, error) {
	ops := businesscentral.Lookups[listedItem](l.Client, "items", itemField, businesscentral.Distinct(items, bcapi.Code))
	n := len(ops)
	ops = append(ops, businesscentral.Lookups[listedVariant](l.Client, "itemVariants", variantField, businesscentral.Distinct(variants, bcapi.Code))...)
	if len(ops) == 0 {
		return nil, nil, nil
	}
	answers, err := l.Read(ctx, op, ops)
	if err != nil {
		return nil, nil, err
	}
	is, err := businesscentral.Collect(ctx, l.Client, op, answers[:n], itemOf)
	if err != nil {
		return nil, nil, err
	}
	vs, err := businesscentral.Collect(ctx, l.Client, op, answers[n:], itemVariantOf)
	return is, vs, err
}

// category is what is read of itemCategories.
type category struct {
	Code string `json:"code"`
	Name string `json:"displayName"`
}

// CategoryNames implements listings.Company.
func (l *Listed) CategoryNames(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := businesscentral.Each(ctx, l.Client, "businesscentral.CategoryNames", l.Path("itemCategories", "$select", businesscentral.Fields[category]()), func(c category) error {
		out[bcapi.Code(c.Code)] = c.Name
		return nil
	})
	return out, err
}

// ByVendorItem implements listings.Company.
func (l *Listed) ByVendorItem(ctx context.Context, codes []string) (numbers []string, err error) {
	found, err := New(l.Client).VendorItems(ctx, codes)
	for _, v := range found {
		numbers = append(numbers, v.ItemNumber)
	}
	return numbers, err
}

// newItem is what is sent to create an item.
type newItem struct {
	Number string `json:"number"`
	Name   string `json:"displayName"`
	GTIN   string `json:"gtin,omitempty"`

	Category string `json:"itemCategoryCode,omitempty"`
	Unit     string `json:"baseUnitOfMeasureCode,omitempty"`
}

// newItemVariant is what is sent to create a variant of an item.
type newItemVariant struct {
	Item string `json:"itemNumber"`
	Code string `json:"code"`
	Name string `json:"description"`
}

// taken is err, as [listings.ErrTaken] if it says that the key is another record's.
func taken(err error) error {
	if strings.HasPrefix(fault.Of(err).Code, bcapi.CodeExists) {
		return fmt.Errorf("%w: %w", listings.ErrTaken, err)
	}
	return err
}

// CreateItem implements listings.Company.
func (l *Listed) CreateItem(ctx context.Context, i listings.Item) (listings.Item, error) {
	made, err := create[listedItem](ctx, l, "businesscentral.CreateItem", "items", newItem{Number: i.Number, Name: i.Name, GTIN: i.GTIN, Category: i.Category, Unit: i.Unit})
	return itemOf(made), err
}

// CreateItemVariant implements listings.Company.
func (l *Listed) CreateItemVariant(ctx context.Context, v listings.ItemVariant) (listings.ItemVariant, error) {
	made, err := create[listedVariant](ctx, l, "businesscentral.CreateItemVariant", "itemVariants", newItemVariant{Item: v.Item, Code: v.Code, Name: v.Name})
	return itemVariantOf(made), err
}

func create[T any](ctx context.Context, l *Listed, op, set string, body any) (made T, err error) {
	js, err := l.Send(ctx, businesscentral.Request{Op: op, Method: http.MethodPost, Path: l.Path(set), Body: body})
	if err != nil {
		return made, taken(err)
	}
	if err := businesscentral.Unpack(op, js, &made); err != nil {
		return made, businesscentral.Lost(op, err)
	}
	return made, nil
}

// itemChange is listings.ItemChange as it is sent.
type itemChange struct {
	Name *string `json:"displayName,omitempty"`
	GTIN *string `json:"gtin,omitempty"`
}

// UpdateItem implements listings.Company.
func (l *Listed) UpdateItem(ctx context.Context, id string, c listings.ItemChange) (listings.Item, error) {
	const op = "businesscentral.UpdateItem"
	if !businesscentral.IsGUID(id) {
		return listings.Item{}, businesscentral.Bug(op, "item id %q is not a guid", id)
	}
	now, err := businesscentral.Patch(ctx, l.Client, op, l.Path("items("+id+")"), func(was listedItem) (string, any, bool) {
		return was.Mark, itemChange(c), true
	})
	return itemOf(now), err
}
