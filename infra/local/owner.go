package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
	"backroom/shared/table"
)

// owner is the one connection that a data file belongs to. Job entries, orders
// and links of a file mean nothing to another shop or company: with them, its
// orders would be booked a second time, or into somebody else's books.
type owner struct {
	Code        string `json:"code"` // of the shop card
	Domain      string `json:"domain"`
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	Company     string `json:"company"`
}

const ownerSchema = 1

var ownerKey = table.Key{PK: "FILE", SK: "OWNER"}

// errForeign means that the settings name another connection than the data
// file, or the server that runs on it, belongs to.
var errForeign = errors.New("the settings name another connection")

// owner is the connection that the settings name.
func (s settings) owner() owner {
	b := s.bc()
	return owner{Code: s.code(), Domain: s.domain(), Tenant: b.Tenant, Environment: b.Environment, Company: b.Company}
}

func ownerOf(c shop.Shop) owner {
	return owner{Code: c.Code, Domain: c.Domain, Tenant: c.Company.Tenant, Environment: c.Company.Environment, Company: c.Company.ID}
}

// against is nil if the settings name what holder, a file or a server, belongs
// to, else all that differs, by name. What o does not know agrees with anything.
func (o owner) against(named owner, holder string) error {
	var differs []string
	for _, f := range []struct{ setting, has, named string }{
		{"SHOPIFY_SHOP", o.Domain, named.Domain},
		{"BC_TENANT", o.Tenant, named.Tenant},
		{"BC_ENVIRONMENT", o.Environment, named.Environment},
		{"BC_COMPANY_ID", o.Company, named.Company},
	} {
		if f.has != "" && !strings.EqualFold(f.has, f.named) {
			differs = append(differs, fmt.Sprintf("%s is %q here and %q there", f.setting, f.named, f.has))
		}
	}
	if len(differs) == 0 {
		return nil
	}
	return fmt.Errorf("%w than %s belongs to: %s. Nothing was changed. Set it back, or give the new connection a data folder of its own: BACKROOM_DATA",
		errForeign, holder, strings.Join(differs, "; "))
}

// belongs reads whose the file is and refuses other settings. others are the
// shops that earlier releases put into the same file. A file without owner has
// that of the card that was connected first; a file without cards is nobody's yet.
func belongs(ctx context.Context, db *sqlite.DB, s settings) (o owner, others []string, err error) {
	if o, others, err = storedOwner(ctx, db); err != nil {
		return o, nil, fmt.Errorf("owner of %s: %w", s.file(), err)
	}
	if o == (owner{}) {
		return s.owner(), nil, nil
	}
	if err := o.against(s.owner(), "the data file "+s.file()); err != nil {
		return o, nil, err
	}
	return o, others, nil
}

// storedOwner is whose the file is, the zero owner if it is nobody's yet.
func storedOwner(ctx context.Context, db *sqlite.DB) (o owner, others []string, err error) {
	it, err := db.Table().Get(ctx, ownerKey)
	switch {
	case err == nil:
		err = record.Decode(it.Data, ownerSchema, &o)
	case errors.Is(err, table.ErrNotFound):
		o, others, err = firstOwner(ctx, db)
	}
	return o, others, err
}

// firstOwner is that of the card that was connected first, for a file of an
// earlier release.
func firstOwner(ctx context.Context, db *sqlite.DB) (o owner, others []string, err error) {
	pks, err := db.Partitions(ctx, "SHOP#", "CARD")
	if err != nil {
		return o, nil, err
	}
	var cards []shop.Shop
	store := &shop.Store{Table: db.Table()}
	for _, pk := range pks {
		c, err := store.Get(ctx, strings.TrimPrefix(pk, "SHOP#"))
		if err != nil {
			return o, nil, err
		}
		cards = append(cards, c)
	}
	if len(cards) == 0 {
		return o, nil, nil
	}
	slices.SortStableFunc(cards, func(a, b shop.Shop) int { return a.ConnectedAt.Compare(b.ConnectedAt) })
	for _, c := range cards[1:] {
		others = append(others, c.Code)
	}
	return ownerOf(cards[0]), others, nil
}

// own makes the file the settings' for good, and stops what an earlier release
// let changed settings add to it.
func (e *engine) own(ctx context.Context, s settings, others []string) error {
	for _, code := range others {
		if err := e.jobs.Store.Pause(ctx, code, "its data file belongs to the shop "+s.domain()); err != nil {
			return err
		}
		e.say(ctx, fmt.Sprintf("The data file also holds the shop %s, which settings that were changed later have put there. Its jobs are paused: "+
			"give it a data folder of its own (BACKROOM_DATA).", code))
	}
	data, err := record.Encode(ownerSchema, s.owner())
	if err != nil {
		return err
	}
	err = e.db.Table().Write(ctx, table.Put(table.Item{Key: ownerKey, Data: data}, table.Absent))
	if errors.Is(err, table.ErrConflict) {
		err = nil // written by an earlier start
	}
	return err
}

// say keeps a sentence for whoever started the engine.
func (e *engine) say(ctx context.Context, text string) {
	e.said = append(e.said, text)
	e.log.InfoContext(ctx, "start", "said", text)
}

// answers refuses a shop of another connection than the settings name, if they
// name one.
func (d *desk) answers(ctx context.Context, s settings) error {
	if s.Shopify == nil || s.BC == nil {
		return nil
	}
	ss, err := d.Shops(ctx)
	if err != nil {
		return err
	}
	var serves owner
	for _, o := range ss {
		if o.Code == d.Shop {
			serves = owner{Domain: o.Domain, Tenant: o.Tenant, Environment: o.Environment, Company: o.Company}
		}
	}
	return serves.against(s.owner(), "the "+d.at)
}
