package api_test

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
)

// TestPrivacy: a customer is found and erased by who owns the shop, the trail tells that somebody
// was and not who, and a shop goes when it is disconnected.
func TestPrivacy(t *testing.T) {
	const at = "/v1/shops/acme"
	r := newRig(t)
	r.want(200, "PUT", at+"/links/customer/7310120052", `{"number":"C0002"}`)
	r.Advance(time.Second)
	const eva = `{"customer":"7310120052","email":"eva@example.com"`
	found := into[api.CustomerData](t, r.want(200, "POST", at+"/privacy/find", eva+`}`))
	if !found.Done || found.Count != 1 || found.Records[0].Kind != "trail" || found.Left == nil {
		t.Errorf("found %+v", found)
	}
	r.Advance(time.Second)
	if erased := into[api.CustomerData](t, r.want(200, "POST", at+"/privacy/erase", eva+`,"confirm":true}`)); !erased.Done || erased.Count != 1 {
		t.Errorf("erased %+v", erased)
	}
	trail := into[api.TrailList](t, r.want(200, "GET", at+"/trail", ""))
	if c := trail.Changes[0]; c.Operation != "eraseCustomerData" || c.Effect != "erased 1 records, 0 left" {
		t.Errorf("the trail: %+v", c)
	}
	for _, c := range trail.Changes {
		if strings.Contains(c.Path+c.Effect, "7310120052") || strings.Contains(c.Path+c.Effect, "eva") {
			t.Errorf("the trail names the customer: %+v", c)
		}
	}
	if text := r.log.String(); strings.Contains(text, "7310120052") || strings.Contains(text, "eva@") {
		t.Errorf("the log names the customer: %s", text)
	}
	r.Advance(time.Second)
	r.want(200, "DELETE", at, "")
	r.work()
	r.Advance(time.Second)
	if gone := into[api.CustomerData](t, r.want(200, "POST", at+"/privacy/erase-shop", `{"confirm":"acme"}`)); !gone.Done || gone.Count == 0 {
		t.Errorf("the shop: %+v", gone)
	}
	r.want(404, "GET", at, "")
	if c := into[api.TrailList](t, r.want(200, "GET", at+"/trail", "")).Changes[0]; c.Operation != "eraseShop" || c.Effect == "" {
		t.Errorf("who erased the shop: %+v", c)
	}
	r.want(200, "POST", at+"/privacy/erase-shop", `{"confirm":"acme"}`) // a repeat
}

// TestPrivacyRefusals: what names nobody, or is not meant, does nothing.
func TestPrivacyRefusals(t *testing.T) {
	r := newRig(t)
	const at = "/v1/shops/acme/privacy/"
	for _, tt := range []struct {
		path, body string
		status     int
		says       string
	}{
		{"find", `{}`, 400, "one of them must be given"},
		{"find", `{"email":" "}`, 400, "one of them must be given"},
		{"find", `{"customer":"gid://shopify/Customer/7"}`, 400, "numeric id"},
		{"find", `{"email":"eva"}`, 400, "e-mail address"},
		{"find", `{"phone":"0431 5566"}`, 400, "begins with +"},
		{"find", `{"orders":["#1001"]}`, 400, "numeric ids"},
		{"find", `{"customer":"7","name":"Eva"}`, 400, "name"},
		{"find", `{"customer":7}`, 400, "customer"},
		{"erase", `{"customer":"7"}`, 400, "cannot be undone"},
		{"erase", `{"customer":"7","confirm":"true"}`, 400, "confirm"},
		{"erase", `{"confirm":true}`, 400, "one of them must be given"},
		{"erase-shop", `{}`, 400, "code of the shop"},
		{"erase-shop", `{"confirm":"other"}`, 400, "code of the shop"},
		{"erase-shop", `{"confirm":"acme"}`, 409, "disconnect it first"},
	} {
		if p := r.want(tt.status, "POST", at+tt.path, tt.body).problem(t); !strings.Contains(p.Detail, tt.says) {
			t.Errorf("%s of %s: %q", tt.path, tt.body, p.Detail)
		}
	}
	r.want(404, "POST", "/v1/shops/nobody/privacy/find", `{"customer":"7"}`)
}
