package shopify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"backroom/infra/sim/shopify/data"
)

type shopObj struct{ s *Shop }

func (shopObj) typeName() string { return "Shop" }

func (o shopObj) field(_ *execution, name string, _ map[string]any) any {
	i := &o.s.info
	switch name {
	case "id":
		return gid("Shop", i.ID)
	case "name":
		return i.Name
	case "email":
		return i.Email
	case "myshopifyDomain":
		return i.Domain
	case "primaryDomain":
		return domainObj{i}
	case "url":
		return "https://" + i.Domain
	case "currencyCode":
		return i.Currency
	case "enabledPresentmentCurrencies":
		return []string{i.Currency}
	case "ianaTimezone":
		return or(i.Timezone, "UTC")
	case "timezoneOffset":
		return "+0000"
	case "taxesIncluded":
		return i.TaxesIncluded
	case "taxShipping":
		return true
	case "weightUnit":
		return "KILOGRAMS"
	case "orderNumberFormatPrefix":
		return or(i.OrderPrefix, "#")
	case "orderNumberFormatSuffix":
		return ""
	case "plan":
		return plan{i}
	case "shopAddress":
		return shopAddress{addressObj{&i.Address}}
	case "createdAt", "updatedAt":
		return i.CreatedAt
	}
	return unresolved("Shop", name)
}

type domainObj struct{ i *data.Shop }

func (domainObj) typeName() string { return "Domain" }

func (o domainObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("Domain", o.i.ID)
	case "host":
		return o.i.Domain
	case "url":
		return "https://" + o.i.Domain
	}
	return true
}

type plan struct{ i *data.Shop }

func (plan) typeName() string { return "ShopPlan" }

func (o plan) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "publicDisplayName":
		return or(o.i.Plan, "Basic")
	case "shopifyPlus":
		return o.i.Plan == "Shopify Plus"
	}
	return o.i.Plan == "Development"
}

type installation struct{ s *Shop }

func (installation) typeName() string { return "AppInstallation" }

func (o installation) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("AppInstallation", o.s.info.ID)
	case "app":
		return appObj{i: &o.s.info}
	}
	return list(nil, o.s.info.Scopes, func(s string) object { return scope(s) })
}

type appObj struct {
	i     *data.Shop
	title string // of another app
}

func (appObj) typeName() string { return "App" }

func (o appObj) field(_ *execution, name string, _ map[string]any) any {
	if o.title != "" {
		switch name {
		case "id":
			return gid("App", 1)
		case "apiKey":
			return "0123456789abcdef"
		}
		return o.title
	}
	switch name {
	case "id":
		return gid("App", o.i.ID)
	case "apiKey":
		return o.i.ClientID
	case "handle":
		return "backroom"
	}
	return "Backroom"
}

type scope string

func (scope) typeName() string { return "AccessScope" }

func (s scope) field(_ *execution, name string, _ map[string]any) any {
	if name == "handle" {
		return string(s)
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

type version2026 struct{}

func (version2026) typeName() string { return "ApiVersion" }

func (version2026) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "handle", "displayName":
		return apiVersion
	}
	return true
}

type locationObj struct{ l *data.Location }

func (locationObj) typeName() string { return "Location" }

func (o locationObj) field(x *execution, name string, args map[string]any) any {
	l := o.l
	switch name {
	case "id":
		return gid("Location", l.ID)
	case "legacyResourceId":
		return l.ID
	case "name":
		return l.Name
	case "address":
		return locationAddress{addressObj{&l.Address}}
	case "isActive", "shipsInventory", "hasActiveInventory", "fulfillsOnlineOrders":
		return !l.Inactive
	case "isFulfillmentService":
		return l.FulfillmentService
	case "createdAt", "updatedAt":
		return x.shop.info.CreatedAt
	case "inventoryLevel":
		_, id := splitGID(args["inventoryItemId"])
		return nilable(level(x.shop, id, l, args))
	case "inventoryLevels":
		var all []object
		for _, p := range x.shop.products {
			for _, v := range p.Variants {
				if lv := level(x.shop, v.ID, l, args); lv != nil {
					all = append(all, lv)
				}
			}
		}
		return connect(args, all, func(o object) object { return o })
	}
	return unresolved("Location", name)
}

type addressObj struct{ a *data.Address }

func addressOf(a *data.Address) any {
	if a == nil {
		return nil
	}
	return addressObj{a}
}

func (addressObj) typeName() string { return "MailingAddress" }

func (o addressObj) field(_ *execution, name string, _ map[string]any) any {
	return addressField(o.a, name)
}

type shopAddress struct{ addressObj }

func (shopAddress) typeName() string { return "ShopAddress" }

type locationAddress struct{ addressObj }

func (locationAddress) typeName() string { return "LocationAddress" }

func addressField(a *data.Address, name string) any {
	switch name {
	case "id":
		return gid("MailingAddress", a.ID)
	case "name":
		return str(strings.TrimSpace(a.FirstName + " " + a.LastName))
	case "firstName":
		return str(a.FirstName)
	case "lastName":
		return str(a.LastName)
	case "company":
		return str(a.Company)
	case "address1":
		return str(a.Address1)
	case "address2":
		return str(a.Address2)
	case "city":
		return str(a.City)
	case "zip":
		return str(a.Zip)
	case "province":
		return str(a.Province)
	case "provinceCode":
		return str(a.ProvinceCode)
	case "country":
		return str(countryNames[a.Country])
	case "countryCode", "countryCodeV2":
		return str(a.Country)
	case "phone":
		return str(a.Phone)
	case "formattedArea":
		return str(strings.Trim(a.City+", "+countryNames[a.Country], ", "))
	case "formatted":
		return slices.DeleteFunc([]string{a.Company, a.Address1, a.Address2, strings.TrimSpace(a.Zip + " " + a.City), countryNames[a.Country]},
			func(s string) bool { return s == "" })
	case "coordinatesValidated":
		return false
	}
	return unresolved("MailingAddress", name)
}

var countryNames = map[string]string{
	"AE": "United Arab Emirates", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland",
	"CN": "China", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EG": "Egypt", "ES": "Spain", "FI": "Finland", "FR": "France",
	"GB": "United Kingdom", "GR": "Greece", "HK": "Hong Kong SAR", "HU": "Hungary", "IE": "Ireland", "IL": "Israel", "IN": "India",
	"IS": "Iceland", "IT": "Italy", "JP": "Japan", "KR": "South Korea", "KW": "Kuwait", "LU": "Luxembourg", "MX": "Mexico",
	"NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "SE": "Sweden",
	"SG": "Singapore", "TH": "Thailand", "TR": "Türkiye", "US": "United States", "VN": "Vietnam", "ZA": "South Africa",
}

type customerObj struct{ c *data.Customer }

func (customerObj) typeName() string { return "Customer" }

func (o customerObj) field(x *execution, name string, args map[string]any) any {
	c := o.c
	switch name {
	case "id":
		return gid("Customer", c.ID)
	case "legacyResourceId":
		return c.ID
	case "firstName":
		return str(c.FirstName)
	case "lastName":
		return str(c.LastName)
	case "displayName":
		return or(strings.TrimSpace(c.FirstName+" "+c.LastName), or(c.Email, c.Phone))
	case "note":
		return str(c.Note)
	case "tags":
		return c.Tags
	case "locale":
		return or(c.Locale, "en")
	case "state":
		return "DISABLED"
	case "taxExempt":
		return c.TaxExempt
	case "verifiedEmail":
		return c.Email != ""
	case "createdAt":
		return c.CreatedAt
	case "updatedAt":
		return c.UpdatedAt
	case "defaultAddress":
		if c.Default >= len(c.Addresses) {
			return nil
		}
		return customerAddress{addressObj{&c.Addresses[c.Default]}, c, c.Default}
	case "defaultEmailAddress":
		if c.Email == "" {
			return nil
		}
		return emailObj{c.Email, c.Subscribed}
	case "defaultPhoneNumber":
		if c.Phone == "" {
			return nil
		}
		return phoneObj(c.Phone)
	case "addressesV2":
		return connect(args, indexes(c.Addresses), func(i int) object { return customerAddress{addressObj{&c.Addresses[i]}, c, i} })
	case "metafield":
		return x.metafield(c.Metafields, args)
	case "companyContactProfiles":
		return x.shop.contacts(c)
	case "orders":
		if !x.shop.has("read_orders") {
			return denied("orders", "read_orders")
		}
		return x.orders(args, c, "orders")
	case "canDelete", "numberOfOrders", "amountSpent":
		return o.spent(x, name)
	}
	return unresolved("Customer", name)
}

// contacts are what a customer is to companies.
func (s *Shop) contacts(of *data.Customer) []object {
	out := []object{}
	for _, c := range s.companies {
		for _, k := range c.Contacts {
			if k.Customer == of.ID {
				out = append(out, companyContact{c, k})
			}
		}
	}
	return out
}

func (o customerObj) spent(x *execution, name string) any {
	var n int64
	sum := moneyObj{currency: x.shop.info.Currency}
	for _, or := range x.shop.database() {
		if or.Customer == o.c.ID {
			n++
			if name == "amountSpent" {
				sum.amount = sum.amount.Add(or.Totals().CurrentPrice.Shop)
			}
		}
	}
	switch name {
	case "canDelete":
		return n == 0
	case "numberOfOrders":
		return n
	}
	return sum
}

type emailObj struct {
	address    string
	subscribed bool
}

func (emailObj) typeName() string { return "CustomerEmailAddress" }

func (e emailObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "emailAddress":
		return e.address
	case "marketingState":
		if e.subscribed {
			return "SUBSCRIBED"
		}
		return "NOT_SUBSCRIBED"
	}
	return strings.Contains(e.address, "@")
}

type phoneObj string

func (phoneObj) typeName() string { return "CustomerPhoneNumber" }

func (p phoneObj) field(*execution, string, map[string]any) any { return string(p) }

type productObj struct{ p *data.Product }

func (productObj) typeName() string { return "Product" }

func (o productObj) field(x *execution, name string, args map[string]any) any {
	p := o.p
	switch name {
	case "featuredMedia":
		if fs := x.shop.mediaOf(p); len(fs) > 0 {
			return mediaImage{fs[0]}
		}
		return nil
	case "media":
		return connect(args, x.shop.mediaOf(p), asMedia)
	case "id":
		return gid("Product", p.ID)
	case "legacyResourceId":
		return p.ID
	case "title":
		return p.Title
	case "handle":
		return p.Handle
	case "descriptionHtml":
		return p.DescriptionHTML
	case "vendor":
		return p.Vendor
	case "productType":
		return p.Type
	case "tags":
		return p.Tags
	case "status":
		return or(p.Status, "ACTIVE")
	case "isGiftCard":
		return p.GiftCard
	case "hasOnlyDefaultVariant":
		return p.DefaultVariantOnly
	case "totalInventory":
		n := 0
		for _, v := range p.Variants {
			n += stockOf(v)
		}
		return n
	case "tracksInventory":
		return slices.ContainsFunc(p.Variants, func(v *data.Variant) bool { return v.Tracked })
	case "createdAt":
		return p.CreatedAt
	case "updatedAt":
		return p.UpdatedAt
	case "publishedAt":
		return p.PublishedAt
	case "variantsCount":
		return countObj{len(p.Variants), "EXACT"}
	case "options":
		return list(args, indexes(p.Options), func(i int) object { return option{p, i} })
	case "variants":
		return connect(args, p.Variants, func(v *data.Variant) object { return variantObj{variant{p, v}} })
	}
	return unresolved("Product", name)
}

func stockOf(v *data.Variant) int {
	n := 0
	for _, q := range v.Stock {
		n += q
	}
	return n
}

type option struct {
	p *data.Product
	i int
}

func (option) typeName() string { return "ProductOption" }

func (o option) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("ProductOption", o.p.ID*10+int64(o.i))
	case "name":
		return o.p.Options[o.i]
	case "position":
		return o.i + 1
	}
	var out []string
	for _, v := range o.p.Variants {
		if o.i < len(v.Values) && !slices.Contains(out, v.Values[o.i]) {
			out = append(out, v.Values[o.i])
		}
	}
	return out
}

type selectedOption struct{ name, value string }

func (selectedOption) typeName() string { return "SelectedOption" }

func (o selectedOption) field(_ *execution, name string, _ map[string]any) any {
	if name == "name" {
		return o.name
	}
	return o.value
}

type variantObj struct{ variant }

func (variantObj) typeName() string { return "ProductVariant" }

func (o variantObj) field(x *execution, name string, args map[string]any) any {
	p, v := o.p, o.v
	switch name {
	case "media":
		return connect(args, x.shop.mediaOfVariant(v), asMedia)
	case "id":
		return gid("ProductVariant", v.ID)
	case "legacyResourceId":
		return v.ID
	case "title":
		return v.Title
	case "displayName":
		return p.Title + " - " + v.Title
	case "sku":
		return str(v.SKU)
	case "barcode":
		return str(v.Barcode)
	case "price": // two decimals, unlike an amount of money
		return v.Price.StringFixed(2)
	case "compareAtPrice":
		if v.CompareAt == nil {
			return nil
		}
		return v.CompareAt.StringFixed(2)
	case "position":
		return slices.Index(p.Variants, v) + 1
	case "requiresComponents":
		return v.RequiresComponents
	case "taxable":
		return v.Taxable
	case "availableForSale":
		return v.Oversell || !v.Tracked || stockOf(v) > 0
	case "inventoryPolicy":
		if v.Oversell {
			return "CONTINUE"
		}
		return "DENY"
	case "inventoryQuantity":
		return stockOf(v)
	case "createdAt":
		return p.CreatedAt
	case "updatedAt":
		return p.UpdatedAt
	case "selectedOptions":
		return list(nil, indexes(v.Values), func(i int) object {
			n := "Title"
			if i < len(p.Options) {
				n = p.Options[i]
			}
			return selectedOption{n, v.Values[i]}
		})
	case "product":
		return productObj{p}
	case "inventoryItem":
		return inventoryItem(o)
	}
	return unresolved("ProductVariant", name)
}

type inventoryItem struct{ variant }

func (inventoryItem) typeName() string { return "InventoryItem" }

func (o inventoryItem) field(x *execution, name string, args map[string]any) any {
	p, v := o.p, o.v
	switch name {
	case "id":
		return gid("InventoryItem", v.ID)
	case "legacyResourceId":
		return v.ID
	case "sku":
		return str(v.SKU)
	case "tracked":
		return v.Tracked
	case "requiresShipping":
		return v.RequiresShipping
	case "harmonizedSystemCode":
		return str(v.HSCode)
	case "countryCodeOfOrigin":
		return str(v.Origin)
	case "unitCost":
		if v.Cost == nil {
			return nil
		}
		return moneyObj{*v.Cost, x.shop.info.Currency}
	case "measurement":
		return measurement{v}
	case "createdAt":
		return p.CreatedAt
	case "updatedAt":
		return p.UpdatedAt
	case "locationsCount":
		return countObj{len(v.Stock), "EXACT"}
	case "inventoryLevel":
		_, id := splitGID(args["locationId"])
		if l := x.shop.location(id); l != nil {
			return nilable(level(x.shop, v.ID, l, args))
		}
		return nil
	case "inventoryLevels":
		var all []object
		for _, l := range x.shop.locations {
			if lv := level(x.shop, v.ID, l, args); lv != nil {
				all = append(all, lv)
			}
		}
		return connect(args, all, func(o object) object { return o })
	case "variants":
		return connect(args, []variant{o.variant}, func(v variant) object { return variantObj{v} })
	}
	return unresolved("InventoryItem", name)
}

type measurement struct{ v *data.Variant }

func (measurement) typeName() string { return "InventoryItemMeasurement" }

func (o measurement) field(_ *execution, name string, _ map[string]any) any {
	if name == "id" {
		return gid("InventoryItemMeasurement", o.v.ID)
	}
	return massObj(o)
}

type weightObj int // grams

func (weightObj) typeName() string { return "Weight" }

func (w weightObj) field(_ *execution, name string, _ map[string]any) any {
	if name == "unit" {
		return "GRAMS"
	}
	return float64(w)
}

type levelObj struct {
	va variant
	l  *data.Location
}

// level exists only where the item is stocked. One that is not active is shown on
// request.
func level(s *Shop, item int64, l *data.Location, args map[string]any) object {
	va, ok := s.variants[item]
	if !ok {
		return nil
	}
	if _, stocked := va.v.Stock[l.ID]; !stocked || va.v.Inactive[l.ID] && args["includeInactive"] != true {
		return nil
	}
	return levelObj{va, l}
}

func (levelObj) typeName() string { return "InventoryLevel" }

func (o levelObj) field(x *execution, name string, args map[string]any) any {
	switch name {
	case "id":
		return gid("InventoryLevel", o.l.ID) + "?inventory_item_id=" + strconv.FormatInt(o.va.v.ID, 10)
	case "isActive":
		return !o.va.v.Inactive[o.l.ID]
	case "createdAt":
		return x.shop.info.CreatedAt
	case "updatedAt":
		return o.va.p.UpdatedAt
	case "item":
		return inventoryItem{o.va}
	case "location":
		return locationObj{o.l}
	case "quantities":
		return list(nil, asList(args["names"]), func(n any) object { return quantity{o, asString(n)} })
	}
	return unresolved("InventoryLevel", name)
}

// committed is what open orders hold at the location.
func (o levelObj) committed(s *Shop) int {
	n := 0
	for _, id := range s.orderIDs {
		or := s.orders[id].cur
		if or == nil {
			continue
		}
		for _, f := range or.FulfillmentOrders {
			if f.Location != o.l.ID || f.Status == "CANCELLED" || f.Status == "CLOSED" {
				continue
			}
			for _, l := range f.Lines {
				if li := or.Line(l.Line); li != nil && li.Variant == o.va.v.ID {
					n += l.Remaining
				}
			}
		}
	}
	return n
}

type quantity struct {
	l    levelObj
	name string
}

func (quantity) typeName() string { return "InventoryQuantity" }

func (o quantity) field(x *execution, name string, _ map[string]any) any {
	switch name {
	case "id":
		return gid("InventoryQuantity", o.l.va.v.ID) + "?name=" + o.name
	case "name":
		return o.name
	case "updatedAt":
		return time.Time{}
	}
	switch o.name {
	case "available":
		return o.l.va.v.Stock[o.l.l.ID]
	case "committed":
		return o.l.committed(x.shop)
	case "on_hand":
		return o.l.va.v.Stock[o.l.l.ID] + o.l.committed(x.shop)
	}
	return 0
}
