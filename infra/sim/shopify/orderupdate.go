package shopify

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"backroom/infra/sim/shopify/data"
)

// Longest texts of a write.
const (
	maxContact = 255
	maxTag     = 40
	maxTags    = 250
)

func (x *execution) orderUpdate(in map[string]any) any {
	refuse := func(errs ...userError) any {
		return x.refuse("OrderUpdatePayload", map[string]any{"input": in}, errs...)
	}
	cur := x.order(in["id"])
	if cur == nil {
		return refuse(userError{path: []string{"id"}, message: "Order does not exist"})
	}
	if len(in) < 2 {
		return refuse(userError{message: "No valid update parameters have been provided"})
	}
	o := *cur
	var errs []userError
	for _, k := range sortedKeys(in) {
		v := in[k]
		switch k {
		case "note":
			o.Note = asString(v)
		case "email":
			o.Email = strings.ToLower(strings.ReplaceAll(asString(v), " ", ""))
			errs = append(errs, checkEmail(o.Email)...)
		case "phone":
			var bad []userError
			o.Phone, bad = normalPhone(asString(v))
			errs = append(errs, bad...)
		case "poNumber":
			o.PONumber = asString(v)
		case "tags": // replaced wholesale
			o.Tags = normalTags(nil, asList(v))
			errs = append(errs, checkTags(o.Tags)...)
		case "customAttributes":
			o.Attributes = nil
			for _, a := range asList(v) {
				m := asMap(a)
				if asString(m["key"]) == "" {
					errs = append(errs, userError{path: []string{"customAttributes"}, message: "Key can't be blank"})
				}
				o.Attributes = append(o.Attributes, data.Attr{Key: asString(m["key"]), Value: asString(m["value"])})
			}
		case "shippingAddress":
			o.Shipping = updated(o.Shipping, asMap(v), x.shop.next)
			errs = append(errs, checkAddress(o.Shipping)...)
		}
	}
	if len(errs) > 0 {
		return refuse(errs...)
	}
	x.store(&o)
	return payload{typ: "OrderUpdatePayload", fields: map[string]any{"order": newOrder(&o)}}
}

func checkEmail(s string) (errs []userError) {
	path := []string{"email"}
	if utf8.RuneCountInString(s) > maxContact {
		errs = append(errs, userError{path: path, message: fmt.Sprintf("Email is too long (maximum is %d characters)", maxContact)})
	}
	if a, err := mail.ParseAddress(s); s != "" && (err != nil || a.Address != s) {
		errs = append(errs, userError{path: path, message: "Email is invalid"})
	}
	return errs
}

// normalPhone is the form that is stored: E.164, from any spelling with a
// country code.
func normalPhone(s string) (string, []userError) {
	if s == "" {
		return "", nil
	}
	var errs []userError
	path := []string{"phone"}
	if utf8.RuneCountInString(s) > maxContact {
		errs = append(errs, userError{path: path, message: fmt.Sprintf("Phone is too long (maximum is %d characters)", maxContact)})
	}
	number, ok := strings.CutPrefix(strings.TrimSpace(s), "+")
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -./()", r) {
			return -1
		}
		return r
	}, number)
	if !ok || len(digits) < 8 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' {
		errs = append(errs, userError{path: path, message: "Phone is invalid"})
	}
	return "+" + digits, errs
}

func checkTags(tags []string) (errs []userError) {
	path := []string{"tags"}
	if len(tags) > maxTags {
		errs = append(errs, userError{path: path, message: fmt.Sprintf("Tags cannot be more than %d", maxTags)})
	}
	for _, t := range tags {
		if utf8.RuneCountInString(t) > maxTag {
			errs = append(errs, userError{path: path, message: fmt.Sprintf("Tags %s is too long (maximum is %d characters)", t, maxTag)})
		}
	}
	return errs
}

// Provinces of countries that have them, by code. A country that is not listed
// here takes none.
var provinces = map[string]string{
	"CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
	"US": "AL AK AS AZ AR CA CO CT DE DC FM FL GA GU HI ID IL IN IA KS KY LA ME MH MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND MP OH OK OR PW PA PR RI SC SD TN TX UM UT VT VI VA WA WV WI WY AA AE AP",
	"AU": "ACT NSW NT QLD SA TAS VIC WA",
	"IT": "AG AL AN AO AP AQ AR AT AV BA BG BI BL BN BO BR BS BT BZ CA CB CE CH CI CL CN CO CR CS CT CZ EN FC FE FG FI FM FR GE GO GR IM IS KR LC LE LI LO LT LU MB MC ME MI MN MO MS MT NA NO NU OG OR OT PA PC PD PE PG PI PN PO PR PT PU PV PZ RA RC RE RG RI RM RN RO SA SI SO SP SR SS SU SV TA TE TN TO TP TR TS TV UD VA VB VC VE VI VR VS VT VV",
	"ES": "A AB AL AV B BA BI BU C CA CC CE CO CR CS CU GC GI GR GU H HU J L LE LO LU M MA ML MU NA O OR P PM PO S SA SE SG SO SS T TE TF TO V VA VI Z ZA",
	"GB": "ENG NIR SCT WLS BFP",
}

func checkAddress(a *data.Address) (errs []userError) {
	if a.Country == "" {
		errs = append(errs, userError{path: []string{"shippingAddress", "country"}, message: "Country is invalid"})
	}
	if a.ProvinceCode != "" && !strings.Contains(" "+provinces[a.Country]+" ", " "+a.ProvinceCode+" ") {
		errs = append(errs, userError{path: []string{"shippingAddress", "province"}, message: "Province is invalid"})
	}
	return errs
}

func updated(a *data.Address, m map[string]any, next func() int64) *data.Address {
	if m == nil {
		return a
	}
	n := data.Address{ID: next()}
	if a != nil {
		n = *a
	}
	for k, p := range map[string]*string{
		"firstName": &n.FirstName, "lastName": &n.LastName, "company": &n.Company, "address1": &n.Address1, "address2": &n.Address2,
		"city": &n.City, "zip": &n.Zip, "provinceCode": &n.ProvinceCode, "countryCode": &n.Country, "phone": &n.Phone,
	} {
		if v, ok := m[k]; ok {
			*p = asString(v)
		}
	}
	return &n
}
