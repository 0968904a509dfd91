package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"backroom/shared/api"
	"backroom/shared/connect"
	"backroom/shared/lambdafn"
	"backroom/shared/shop"
)

// connectShop stores the card that given changes, makes what it lacks, and says
// what the card leaves open.
func connectShop(ctx context.Context, d *desk, given []byte, now time.Time) (shop.Shop, []connect.Finding, error) {
	var named struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(given, &named); err != nil && named.Code == "" {
		return shop.Shop{}, nil, err
	}
	if err := api.CheckID("code", named.Code); err != nil {
		return shop.Shop{}, nil, err
	}
	was, err := d.wired.Cards.Hold(ctx, named.Code)
	if err != nil {
		return shop.Shop{}, nil, err
	}
	card := was.Card
	if !was.Stored() {
		if card, err = d.wired.Sections.New(named.Code, now.Truncate(time.Second)); err != nil {
			return card, nil, err
		}
	}
	card.DisconnectedAt = time.Time{}
	err = d.wired.Sections.Set(&card, given)
	if err := errors.Join(err, missing(card, given)); err != nil {
		return card, nil, err
	}
	if err := d.wired.Cards.Free(ctx, card); err != nil {
		return card, nil, err
	}
	next, found, err := connect.Read(ctx, d.function.Options(), lambdafn.StageNames, card)
	if err != nil {
		return card, nil, err
	}
	if err := d.wired.Cards.Connect(ctx, was, next.Shop); err != nil {
		return card, nil, err
	}
	if err := d.jobs.Ensure(ctx, card.Code, card.Company.ID, now.Add(time.Minute)); err != nil {
		return card, nil, err
	}
	return next.Shop, connect.Findings(next, found), d.jobs.Reconnect(ctx, card.Code)
}

// missing names what a connection cannot do without and neither the card nor
// given has.
func missing(card shop.Shop, given []byte) error {
	type part map[string]json.RawMessage
	var all, company part
	if json.Unmarshal(given, &all) == nil {
		_ = json.Unmarshal(all["company"], &company) // no object: Set says so
	}
	var out []error
	for _, m := range []struct {
		name, value string
		in          part
		at          string
	}{
		{"domain", card.Domain, all, "domain"},
		{"company.tenant", card.Company.Tenant, company, "tenant"},
		{"company.environment", card.Company.Environment, company, "environment"},
		{"company.id", card.Company.ID, company, "id"},
	} {
		if given := string(m.in[m.at]); m.value == "" && (given == "" || given == `""` || given == "null") {
			out = append(out, fmt.Errorf("%s is missing", m.name))
		}
	}
	return errors.Join(out...)
}
