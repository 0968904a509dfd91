package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// mostSeen is how many orders one request may name.
const mostSeen = 500

// DecideOrders implements POST /v1/shops/{shop}/decisions.
func (s *server) DecideOrders(ctx context.Context, q DecideOrdersRequestObject) (DecideOrdersResponseObject, error) {
	f, err := s.filterOf(q.Body)
	if err != nil {
		return nil, err
	}
	b := *q.Body
	p := part{server: s, shop: q.Shop, dry: b.DryRun, sums: map[string]decimal.Decimal{}, wish: staging.Wish{
		Decision: staging.Decision(b.Decision), By: stateOf(ctx).caller.String(), Because: strings.TrimSpace(b.Because), Reason: f.Reason, DryRun: b.DryRun,
	}}
	p.out = DecidedOrders{Orders: []string{}, Amounts: []Amount{}, Refused: []NotDecided{}, Changed: []string{}, Seen: []SeenOrder{}}
	if len(b.Orders) > 0 {
		err = p.named(ctx, b.Orders)
	} else {
		err = p.matching(ctx, f, b)
	}
	if err != nil {
		return nil, fmt.Errorf("after %d orders: %w", len(p.out.Orders), err)
	}
	p.out.Count = len(p.out.Orders)
	for _, c := range slices.Sorted(maps.Keys(p.sums)) {
		p.out.Amounts = append(p.out.Amounts, amountOf(money.Amount{Value: p.sums[c], Currency: c}))
	}
	effect := fmt.Sprintf("%s of %d orders", b.Decision, p.out.Count)
	switch {
	case b.DryRun:
		effect += " was tried; nothing was changed"
	case p.waits:
		err = s.CarryOut(ctx, q.Shop)
	}
	return DecideOrders200JSONResponse(p.out), noted(ctx, effect, err)
}

// filterOf is the filter of a body. All that is wrong with it is said at once.
func (s *server) filterOf(b *OrdersDecision) (f staging.Filter, err error) {
	if b == nil || !b.Decision.Valid() {
		return f, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "decision: must be accept, retry, hold, release, dismiss or reopen")
	}
	var errs []error
	state, err := orders.ParseState(string(b.State))
	f = staging.Filter{Reason: issue.Reason(b.Reason), State: state, Name: b.Name, Customer: b.Customer}
	errs = append(errs, err)
	if f.PlacedFrom, err = ago(b.PlacedFrom, s.Now()); err != nil {
		errs = append(errs, fmt.Errorf("placedFrom %w", err))
	}
	if f.PlacedBefore, err = ago(b.PlacedBefore, s.Now()); err != nil {
		errs = append(errs, fmt.Errorf("placedBefore %w", err))
	}
	if b.UpTo != "" {
		d, err := decimal.NewFromString(b.UpTo)
		if err != nil || d.IsNegative() || len(b.UpTo) > 20 {
			errs = append(errs, fmt.Errorf("upTo %.40q: must be an amount such as 0.05", b.UpTo))
		}
		f.UpTo = &d
	}
	if n := utf8.RuneCountInString(b.Because); n > maxBecause || n > 0 && b.Decision != OrdersDecisionDecisionDismiss {
		errs = append(errs, fmt.Errorf("because: dismiss alone takes one, of %d characters at most", maxBecause))
	}
	filters := f != staging.Filter{}
	switch {
	case len(b.Orders) > mostSeen:
		errs = append(errs, fmt.Errorf("orders: %d, and %d at most", len(b.Orders), mostSeen))
	case len(b.Orders) > 0 && (filters || b.Page != ""):
		errs = append(errs, errors.New("orders: they take the place of a filter and a page"))
	case len(b.Orders) == 0 && !filters:
		errs = append(errs, errors.New("no filter: name a reason, a state, upTo, placedFrom, placedBefore, a name or a customer"))
	}
	if err := errors.Join(errs...); err != nil {
		return f, &Refusal{Status: http.StatusBadRequest, Code: ProblemCodeBadBody, Err: err}
	}
	return f, nil
}

// part is one request about many orders.
type part struct {
	*server

	shop  string
	wish  staging.Wish
	dry   bool
	out   DecidedOrders
	sums  map[string]decimal.Decimal // of the orders' totals, by currency
	waits bool                       // something is to be carried out
}

// matching decides about the part of what a filter fits that page begins.
func (p *part) matching(ctx context.Context, f staging.Filter, b OrdersDecision) error {
	c := listOf("decisions", p.shop, string(b.Decision), b.Reason, string(b.State), b.UpTo, b.PlacedFrom, b.PlacedBefore, b.Name, b.Customer)
	page, err := c.page(b.Page)
	if err != nil {
		return err
	}
	ms, us, next, err := p.Orders.Matching(ctx, p.shop, p.wish.Decision, f, page)
	if err != nil {
		return orBadPage(b.Page, err)
	}
	for _, u := range us {
		p.out.Refused = append(p.out.Refused, NotDecided{Order: u.Name, Detail: p.say(ctx).error(u.Err)})
	}
	p.out.Next = c.token(next)
	for _, m := range ms {
		if p.dry {
			p.out.Seen = append(p.out.Seen, SeenOrder{ID: m.ID, As: m.As})
			p.add(m.View)
			continue
		}
		if err := p.decide(ctx, m.ID, m.Name, m.As); err != nil {
			return err
		}
	}
	return nil
}

// named decides about orders as they were seen.
func (p *part) named(ctx context.Context, os []SeenOrder) error {
	for _, o := range os {
		if !shopifyID.MatchString(o.ID) || o.As == "" {
			return refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "orders: %.40q: must be those of an earlier answer", o.ID)
		}
		if err := p.decide(ctx, o.ID, o.ID, o.As); err != nil {
			return err
		}
	}
	return nil
}

// decide decides about one order as it was seen, or says why not.
func (p *part) decide(ctx context.Context, id, name, as string) error {
	w := p.wish
	w.As = as
	v, err := p.Orders.DecideBy(ctx, p.shop, id, w)
	switch {
	case err == nil:
		p.waits = p.waits || v.State.Waits() || w.Decision == staging.Retry
		p.add(v)
	case errors.Is(err, staging.ErrChanged), errors.Is(err, table.ErrConflict):
		if v, findErr := p.Orders.Find(ctx, p.shop, id); findErr == nil {
			name = v.Name
		}
		p.out.Changed = append(p.out.Changed, name)
	case errors.Is(err, staging.ErrNotNow), errors.Is(err, staging.ErrNotFound):
		p.out.Refused = append(p.out.Refused, NotDecided{Order: name, Detail: p.say(ctx).error(err)})
	default:
		return err
	}
	return nil
}

func (p *part) add(v staging.View) {
	p.out.Orders = append(p.out.Orders, v.Name)
	p.sums[v.Total.Currency] = p.sums[v.Total.Currency].Add(v.Total.Value)
}
