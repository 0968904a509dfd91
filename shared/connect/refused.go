package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/shopifyapi"
)

// Names are what a host calls the settings of the connection.
type Names struct {
	Domain       string // of the shop
	ShopifyKey   string // what tells the app apart; "" where one access token is all
	ShopifyProof string // the app's secret, or the access token
	ShopifyURL   string
	Tenant       string
	Environment  string
	Company      string
	BCKey        string
	BCProof      string
	BCURL        string
}

// RefusedError is a side that could not be read: what is wrong, and which
// settings mend it.
type RefusedError struct {
	Side   string
	Text   string // one sentence
	WayOut string // one sentence, naming the settings
	Err    error
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s: %s %s (%v)", e.Side, e.Text, e.WayOut, e.Err)
}

// Unwrap gives the cause.
func (e *RefusedError) Unwrap() error { return e.Err }

// said is the text and way out for the code of a refusal.
type said struct{ text, wayOut string }

// shopifys explains why the shop cannot be read.
func (n Names) shopifys(card documents.Card, err error) error {
	app := n.ShopifyProof
	if n.ShopifyKey != "" {
		app = n.ShopifyKey + " and " + n.ShopifyProof
	}
	f, kind := fault.Of(err), fault.KindOf(err)
	var s said
	switch {
	case f.Code == shopifyapi.CodeNotInstalled:
		s = said{"The app is not installed in the shop " + card.Domain + ".", fmt.Sprintf("Install it there, or correct %s or %s.", n.Domain, app)}
	case f.Code == shopifyapi.CodeNotPermitted:
		s = said{
			"The app and the shop " + card.Domain + " belong to different organisations, or the app does not exist.",
			fmt.Sprintf("Correct %s, or set %s to an app of the shop's own organisation.", n.Domain, app),
		}
	case f.Code == fault.HTTP(404), f.Code == fault.HTTP(410), strings.HasPrefix(f.Code, "HTTP_3"):
		s = said{"There is no shop at " + card.Domain + ".", fmt.Sprintf("Correct %s to the shop's permanent host, such as my-shop.myshopify.com (%s, if it is set).", n.Domain, n.ShopifyURL)}
	case f.Code == shopifyapi.CodeUnauthorized, f.Code == fault.HTTP(401), f.Op == "shopify.token" && kind == fault.Blocked:
		s = said{"Shopify refuses the app's credentials for the shop " + card.Domain + ".", fmt.Sprintf("Correct %s; the shop is %s.", app, n.Domain)}
	case f.Code == fault.HTTP(403), f.Code == shopifyapi.CodeDenied:
		s = said{cmp.Or(f.Merchant, "The app lacks a permission in Shopify."), fmt.Sprintf("Grant it in the app's settings and install the app again, or correct %s.", app)}
	case kind == fault.Blocked:
		s = said{cmp.Or(f.Merchant, "Shopify refuses the shop "+card.Domain+"."), fmt.Sprintf("If it is another shop that is meant, correct %s.", n.Domain)}
	default:
		s = said{"Shopify could not be asked about the shop " + card.Domain + ".", fmt.Sprintf("Repeat it later; if it stays so, check %s and %s.", n.Domain, n.ShopifyURL)}
	}
	return &RefusedError{"Shopify", s.text, s.wayOut, err}
}

// companies is the part of a BC client that lists them.
type companies interface {
	Companies(ctx context.Context) ([]bcapi.Company, error)
}

// otherShop: its orders would be booked for the one that is named.
func (n Names) otherShop(card documents.Card, is string) error {
	return &RefusedError{
		"Shopify", fmt.Sprintf("What answers for the shop %s is the shop %s.", card.Domain, is),
		fmt.Sprintf("Correct %s, or %s if it is set.", n.Domain, n.ShopifyURL), errOtherShop,
	}
}

var errOtherShop = errors.New("another shop answers")

// unknownAddress are the codes of a company or an environment that is not there.
var unknownAddress = []string{"BadRequest_NotFound", "BadRequest_ResourceNotFound", bcapi.CodeNoCompany, fault.HTTP(404)}

// bcs explains why the company cannot be read; which of environment and company
// is wrong, it asks.
func (n Names) bcs(ctx context.Context, bc companies, card documents.Card, err error) error {
	f, kind := fault.Of(err), fault.KindOf(err)
	tenant, env := card.Company.Tenant, card.Company.Environment
	var s said
	switch {
	case f.Op == "businesscentral.token" && kind == fault.Blocked:
		s = n.entra(tenant, f.Code)
	case kind == fault.Blocked && slices.Contains(unknownAddress, f.Code):
		s = n.lost(ctx, bc, card)
	case strings.HasPrefix(f.Code, bcapi.CodeUnknownApp), f.Code == fault.HTTP(401):
		s = said{
			fmt.Sprintf("Business Central refuses the app in environment %s.", env),
			fmt.Sprintf("Register the app of %s there (Microsoft Entra Applications) and enable it, or correct %s, %s or %s.", n.BCKey, n.BCKey, n.Environment, n.Tenant),
		}
	case kind == fault.Blocked:
		s = said{cmp.Or(f.Merchant, "Business Central refuses the app."), fmt.Sprintf("The app is that of %s.", n.BCKey)}
	default:
		s = said{fmt.Sprintf("Business Central could not be asked about company %s.", card.Company.ID), fmt.Sprintf("Repeat it later; if it stays so, check %s and %s.", n.Environment, n.BCURL)}
	}
	return &RefusedError{"Business Central", s.text, s.wayOut, err}
}

// entra explains a refused token by Entra's number of the refusal, or OAuth's name of it.
func (n Names) entra(tenant, code string) said {
	switch strings.TrimPrefix(code, fault.InvalidClient+" ") {
	case "AADSTS90002", "AADSTS900021", "AADSTS900023", "AADSTS90013", "invalid_request":
		return said{fmt.Sprintf("Microsoft knows no tenant %s.", tenant), fmt.Sprintf("Correct %s to the tenant's id or one of its domains.", n.Tenant)}
	case "AADSTS700016", "AADSTS7000112", "unauthorized_client":
		return said{
			fmt.Sprintf("Tenant %s has no such app, or the app is disabled there.", tenant),
			fmt.Sprintf("Correct %s to the app's client id, or %s to the tenant that it is in.", n.BCKey, n.Tenant),
		}
	case "AADSTS7000222":
		return said{"The client secret of the app has expired.", fmt.Sprintf("Make a new one in Microsoft Entra and set %s to its value.", n.BCProof)}
	case "AADSTS7000215", fault.InvalidClient:
		return said{"Microsoft refuses the client secret of the app.", fmt.Sprintf("Correct %s to the secret's value, which is not its id; the app is that of %s.", n.BCProof, n.BCKey)}
	}
	return said{
		fmt.Sprintf("Microsoft refuses the app in tenant %s.", tenant), fmt.Sprintf("Check %s, %s and %s.", n.Tenant, n.BCKey, n.BCProof),
	}
}

// lost: with the list of companies, the environment exists and the company does not.
func (n Names) lost(ctx context.Context, bc companies, card documents.Card) said {
	has, err := bc.Companies(ctx)
	env := card.Company.Environment
	if err != nil {
		return said{
			fmt.Sprintf("Business Central knows no environment %s of tenant %s.", env, card.Company.Tenant),
			fmt.Sprintf("Correct %s or %s (%s, if it is set).", n.Environment, n.Tenant, n.BCURL),
		}
	}
	var names []string
	for _, c := range has {
		if strings.EqualFold(c.ID, card.Company.ID) {
			return said{
				fmt.Sprintf("Company %s of environment %s shows its ledger set-up to nobody, or not to this app.", card.Company.ID, env),
				fmt.Sprintf("Give the app of %s the permission to read it.", n.BCKey),
			}
		}
		names = append(names, fmt.Sprintf("%s (%s)", c.ID, c.Name))
	}
	there := "the app sees none there"
	if len(names) > 0 {
		there = "there are " + and(names)
	}
	return said{
		fmt.Sprintf("Environment %s has no company %s.", env, card.Company.ID),
		fmt.Sprintf("Correct %s, or %s: %s.", n.Company, n.Environment, there),
	}
}
