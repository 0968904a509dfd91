package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"backroom/shared/privacy"
)

// privacyTime is for how long one request looks for a customer's data: a gateway waits for
// some 30 seconds.
const privacyTime = 15 * time.Second

// orderIDs are ids in Shopify.
var orderIDs = regexp.MustCompile(`^[0-9]{1,20}$`)

// within is asked between the steps of a search whether its time is over.
func (s *server) within() func() bool {
	end := s.Now().Add(privacyTime)
	return func() bool { return s.Now().After(end) }
}

// whoOf is the customer that a request names.
func whoOf(b CustomerNamed) (privacy.Who, error) {
	w := privacy.Who{Customer: strings.TrimSpace(b.Customer), Email: strings.TrimSpace(b.Email), Phone: strings.TrimSpace(b.Phone), Orders: b.Orders}
	bad := func(format string, args ...any) (privacy.Who, error) {
		return w, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, format, args...)
	}
	switch {
	case w.Customer != "" && !orderIDs.MatchString(w.Customer):
		return bad("customer: must be the numeric id in Shopify")
	case w.Email != "" && (len(w.Email) > 254 || strings.Count(w.Email, "@") != 1):
		return bad("email: must be an e-mail address")
	case w.Phone != "" && (len(w.Phone) > 40 || !strings.HasPrefix(w.Phone, "+")):
		return bad("phone: must be a telephone number that begins with + and the country's code")
	case len(w.Orders) > 1000:
		return bad("orders: %d, and %d at most", len(w.Orders), 1000)
	case w.Customer == "" && w.Email == "" && w.Phone == "" && len(w.Orders) == 0:
		return bad("customer, email, phone or orders: one of them must be given")
	}
	for _, id := range w.Orders {
		if !orderIDs.MatchString(id) {
			return bad("orders: must be the numeric ids in Shopify")
		}
	}
	return w, nil
}

// FindCustomerData implements POST /v1/shops/{shop}/privacy/find.
func (s *server) FindCustomerData(ctx context.Context, q FindCustomerDataRequestObject) (FindCustomerDataResponseObject, error) {
	w, err := s.named(ctx, q.Shop, *q.Body)
	if err != nil {
		return nil, err
	}
	a, err := s.People.Find(ctx, q.Shop, w, s.within())
	return FindCustomerData200JSONResponse(s.dataOf(ctx, a)), noted(ctx, fmt.Sprintf("found %d records", a.Count), err)
}

func (s *server) named(ctx context.Context, code string, b CustomerNamed) (privacy.Who, error) {
	w, err := whoOf(b)
	if err == nil {
		_, err = s.Cards.Get(ctx, code)
	}
	return w, err
}

// EraseCustomerData implements POST /v1/shops/{shop}/privacy/erase.
func (s *server) EraseCustomerData(ctx context.Context, q EraseCustomerDataRequestObject) (EraseCustomerDataResponseObject, error) {
	b := *q.Body
	w, err := s.named(ctx, q.Shop, CustomerNamed{Customer: b.Customer, Email: b.Email, Phone: b.Phone, Orders: b.Orders})
	if err == nil && !b.Confirm {
		err = refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "confirm: must be true, because this cannot be undone")
	}
	if err != nil {
		return nil, err
	}
	a, err := s.People.Erase(ctx, q.Shop, w, s.within())
	return EraseCustomerData200JSONResponse(s.dataOf(ctx, a)), noted(ctx, fmt.Sprintf("erased %d records, %d left", a.Count, len(a.Left)), err)
}

// errRunning means that something of a shop still goes on.
var errRunning = errors.New("runs of the shop are in process still")

// EraseShop implements POST /v1/shops/{shop}/privacy/erase-shop.
func (s *server) EraseShop(ctx context.Context, q EraseShopRequestObject) (EraseShopResponseObject, error) {
	if q.Body.Confirm != q.Shop {
		return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "confirm: must be the code of the shop, because this cannot be undone")
	}
	was, err := s.Cards.Hold(ctx, q.Shop)
	switch {
	case err != nil:
		return nil, err
	case was.Stored() && was.Card.Connected():
		return nil, refuseAs(http.StatusConflict, ProblemCodeRefused, "shop %s is connected: disconnect it first", q.Shop)
	}
	running, err := s.Jobs.Client.Store.Running(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	if len(running) > 0 {
		return nil, refuseAs(http.StatusConflict, ProblemCodeRefused, "shop %s: %w", q.Shop, errRunning)
	}
	a, err := s.People.EraseShop(ctx, q.Shop, s.within())
	if err == nil && s.Forget != nil {
		s.Forget(q.Shop)
	}
	return EraseShop200JSONResponse(s.dataOf(ctx, a)), noted(ctx, fmt.Sprintf("erased %d records of the shop", a.Count), err)
}

// dataOf is an answer as the document has it.
func (s *server) dataOf(ctx context.Context, a privacy.Answer) CustomerData {
	say := func(fs []privacy.Found) []CustomerRecord {
		out := []CustomerRecord{}
		for _, f := range fs {
			var has map[string]string
			for word, value := range f.Has {
				if has == nil {
					has = map[string]string{}
				}
				has[s.say(ctx)(word)] = value
			}
			out = append(out, CustomerRecord{Kind: f.Kind, Record: f.Record, Name: f.Name, Has: has, Why: s.say(ctx)(f.Why)})
		}
		return out
	}
	return CustomerData{Done: a.Done, Count: a.Count, Records: say(a.Found), Left: say(a.Left)}
}
