package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"backroom/shared/connect"
	"backroom/shared/identity"
	"backroom/shared/shipments"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// GetHealth implements GET /v1/health.
func (s *server) GetHealth(ctx context.Context, _ GetHealthRequestObject) (GetHealthResponseObject, error) {
	if _, _, err := s.Jobs.Client.Store.PausedNow(ctx, ""); err != nil { // any read of the table
		return nil, err
	}
	return GetHealth200JSONResponse{Status: Ok, Time: s.Now().UTC()}, nil
}

// GetCaller implements GET /v1/caller.
func (s *server) GetCaller(ctx context.Context, _ GetCallerRequestObject) (GetCallerResponseObject, error) {
	st := stateOf(ctx)
	out := Caller{Kind: st.caller.Kind, Name: st.caller.Name, Role: st.role}
	if st.caller.Kind == identity.Merchant {
		codes, err := s.Cards.OfDomain(ctx, st.caller.Domain)
		if err != nil {
			return nil, err
		}
		if len(codes) == 1 {
			out.Shop = codes[0]
			if out.Role, err = s.roles().Of(ctx, out.Shop, out.Name); err != nil {
				return nil, err
			}
		}
	}
	return GetCaller200JSONResponse(out), nil
}

// ListShops implements GET /v1/shops.
func (s *server) ListShops(ctx context.Context, q ListShopsRequestObject) (ListShopsResponseObject, error) {
	codes, err := s.codes(ctx)
	if err != nil {
		return nil, err
	}
	rows, next, err := slice(codes, listOf("shops", stateOf(ctx).caller.Domain), q.Params.Page, q.Params.Limit)
	out := ShopList{Shops: []Shop{}, Next: next}
	for _, code := range rows {
		card, err := s.Cards.Get(ctx, code)
		if errors.Is(err, shop.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Shops = append(out.Shops, s.shopOf(card))
	}
	return ListShops200JSONResponse(out), err
}

// codes are those of the shops that the caller reaches, in order: a merchant those that
// are connected, others those that were disconnected too.
func (s *server) codes(ctx context.Context) ([]string, error) {
	if c := stateOf(ctx).caller; c.Kind == identity.Merchant {
		return s.Cards.OfDomain(ctx, c.Domain)
	}
	codes, err := s.Cards.Shops(ctx)
	if err != nil {
		return nil, err
	}
	past, err := s.Cards.Disconnected(ctx)
	codes = append(codes, past...)
	slices.Sort(codes)
	return slices.Compact(codes), err
}

func (s *server) shopOf(c shop.Shop) Shop {
	return Shop{
		Code: c.Code, Domain: c.Domain, Company: c.Company.ID, Environment: c.Company.Environment, Tenant: c.Company.Tenant, Simulated: s.Simulated,
		ConnectedAt: c.ConnectedAt, DisconnectedAt: c.DisconnectedAt, TimeZone: c.TimeZone, Currency: c.Currency,
	}
}

// GetCues implements GET /v1/shops/{shop}/cues.
func (s *server) GetCues(ctx context.Context, q GetCuesRequestObject) (GetCuesResponseObject, error) {
	if _, err := s.Cards.Get(ctx, q.Shop); err != nil {
		return nil, err
	}
	out := Cues{Jobs: map[string]int{}, Issues: map[string]int{}, Records: map[string]int{}, Orders: map[string]int{}}
	js, jobsErr := s.Jobs.List(ctx, q.Shop)
	for _, j := range js {
		out.Jobs[string(j.Status)]++
	}
	running, runsErr := s.Jobs.Client.Store.Running(ctx, q.Shop)
	out.Running = len(running)
	kinds, reasons, more, issuesErr := s.Issues.Counts(ctx, q.Shop)
	maps.Copy(out.Records, kinds)
	for r, n := range reasons {
		out.Issues[string(r)] = n
	}
	out.More = more
	open, shipmentsErr := (&shipments.Store{Table: s.Orders.Table}).Open(ctx, q.Shop)
	out.Shipments = open
	counts, ordersErr := s.Orders.Counts(ctx, q.Shop)
	for st, n := range counts {
		out.Orders[string(st)] = n
	}
	p, pauseErr := s.Jobs.Paused(ctx, q.Shop)
	out.Paused = p.Paused
	if s.Used != nil {
		u := s.Used(q.Shop)
		out.Used = Used{ShopifyRequests: u.ShopifyRequests, ShopifyPoints: u.ShopifyPoints, BCRequests: u.BCRequests, BCOperations: u.BCOperations}
	}
	return GetCues200JSONResponse(out), errors.Join(jobsErr, runsErr, issuesErr, ordersErr, shipmentsErr, pauseErr)
}

// CheckConnection implements GET /v1/shops/{shop}/check.
func (s *server) CheckConnection(ctx context.Context, q CheckConnectionRequestObject) (CheckConnectionResponseObject, error) {
	card, err := s.Cards.Get(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	r, err := s.Check(ctx, card)
	if err != nil {
		// It is a sentence for whoever asks.
		return nil, &Refusal{Status: http.StatusBadGateway, Code: ProblemCodeUpstream, Err: err}
	}
	return CheckConnection200JSONResponse(s.say(ctx).report(r)), nil
}

// report is what a check says.
func (say sayer) report(r connect.Report) Check {
	out := Check{Sides: []Side{}, Rights: []Right{}, Findings: []Finding{}}
	for _, x := range r.Sides {
		out.Sides = append(out.Sides, Side{Name: x.Name, Answers: x.Answers, Text: say(x.Text), WayOut: say(x.WayOut)})
	}
	for _, x := range r.Rights {
		out.Rights = append(out.Rights, Right{Side: x.Side, Name: x.Name, For: say.each(x.For), Tasks: x.Tasks, Optional: x.Optional, Given: string(x.Given), WayOut: say(x.WayOut)})
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, Finding{
			Weight: FindingWeight(f.Weight.String()), Text: say(f.Text), WayOut: say(f.WayOut), Settings: append([]string{}, f.Settings...), Reason: string(f.Reason),
		})
	}
	return out
}

// cardAnswer is a card with its settings in their order.
type cardAnswer []byte

func (c cardAnswer) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(append(c, '\n')) //nolint:gosec // JSON, and said to be
	return err
}

// VisitGetCardResponse writes the card.
func (c cardAnswer) VisitGetCardResponse(w http.ResponseWriter) error { return c.write(w) }

// VisitSetCardResponse writes the card.
func (c cardAnswer) VisitSetCardResponse(w http.ResponseWriter) error { return c.write(w) }

// GetCard implements GET /v1/shops/{shop}/card.
func (s *server) GetCard(ctx context.Context, q GetCardRequestObject) (GetCardResponseObject, error) {
	card, err := s.Cards.Get(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	js, err := s.Sections.Show(card)
	return cardAnswer(js), err
}

// connection are the settings of a card that make the connection, which only who
// connects the shop may change.
var connection = []string{"domain", "company.tenant", "company.environment", "company.id"}

// SetCard implements PATCH /v1/shops/{shop}/card.
func (s *server) SetCard(ctx context.Context, q SetCardRequestObject) (SetCardResponseObject, error) {
	var body []byte
	if q.Body != nil {
		body = *q.Body
	}
	var was map[table.Key]Mapping
	card, err := s.changeCard(ctx, q.Shop, func(c *shop.Shop) (err error) {
		if was, err = s.rowsByKey(*c); err != nil {
			return err
		}
		fixed := append([]shop.Elsewhere{}, s.Elsewhere...)
		for _, name := range connection {
			if slices.ContainsFunc(fixed, func(e shop.Elsewhere) bool { return e.Field == name }) {
				continue
			}
			fixed = append(fixed, shop.Elsewhere{Field: name, By: "connecting the shop"})
		}
		if err := s.Sections.Set(c, body, fixed...); err != nil {
			if len(cardFields(err)) == 0 {
				return refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "card: %w", err)
			}
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.markChanged(ctx, was, card); err != nil {
		return nil, err
	}
	js, err := s.Sections.Show(card)
	return cardAnswer(js), noted(ctx, "saved", err)
}

// changeCard changes a card as it is stored, unless somebody else does so at the
// same moment.
func (s *server) changeCard(ctx context.Context, code string, change func(*shop.Shop) error) (shop.Shop, error) {
	was, err := s.Cards.Hold(ctx, code)
	if err != nil {
		return was.Card, err
	}
	if !was.Stored() {
		return was.Card, fmt.Errorf("shop %s: %w", code, shop.ErrNotFound)
	}
	card := was.Card
	if err := change(&card); err != nil {
		return card, err
	}
	return card, s.Cards.Connect(ctx, was, card)
}
