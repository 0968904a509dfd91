// Package shipmentapi reads the posted shipments of a Business Central company, as
// package shipments asks for them.
package shipmentapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/shipments"
)

// Shipments are the posted shipments of a company. Safe for concurrent use.
type Shipments struct {
	bc, companion *businesscentral.Client
}

var _ shipments.Source = (*Shipments)(nil)

// New makes the posted shipments of c's company.
func New(c *businesscentral.Client) *Shipments {
	return &Shipments{bc: c, companion: c.Companion()}
}

// Changed implements shipments.Source.
func (s *Shipments) Changed(ctx context.Context, from time.Time, limit int) ([]shipments.Shipment, error) {
	return businesscentral.All(ctx, s.bc, "businesscentral.ChangedShipments", s.bc.Path("salesShipments",
		"$filter", "lastModifiedDateTime ge "+from.UTC().Format("2006-01-02T15:04:05.000Z"), "$orderby", "lastModifiedDateTime",
		"$top", fmt.Sprint(limit), "$select", businesscentral.Fields[shipment]()), head)
}

// ByNumber implements shipments.Source.
func (s *Shipments) ByNumber(ctx context.Context, numbers []string) ([]shipments.Shipment, error) {
	return businesscentral.Find(ctx, s.bc, "businesscentral.ShipmentsByNumber", "salesShipments", "number",
		businesscentral.Distinct(numbers, strings.TrimSpace), head)
}

// Undone implements shipments.Source.
func (s *Shipments) Undone(ctx context.Context, from time.Time) ([]shipments.Negative, error) {
	filter := "quantity lt 0"
	if !from.IsZero() {
		filter += " and shipmentDate ge " + from.UTC().Format("2006-01-02")
	}
	return businesscentral.All(ctx, s.bc, "businesscentral.UndoneShipments", s.bc.Path("salesShipmentLines",
		"$filter", filter, "$select", "id,documentNo"), func(l line) shipments.Negative { return shipments.Negative{ID: l.ID, Shipment: l.DocumentNo} })
}

// perFilter is how many shipments one request of the companion API is about.
const perFilter = 25

// Complete implements shipments.Source.
func (s *Shipments) Complete(ctx context.Context, ss []shipments.Shipment) (tells bool, err error) {
	const op = "businesscentral.ShipmentLines"
	numbers := make([]string, len(ss))
	for i, sh := range ss {
		numbers[i], ss[i].Lines, ss[i].Parcels = sh.Number, nil, nil
	}
	rows, err := businesscentral.Find(ctx, s.bc, op, "salesShipmentLines", "documentNo", numbers, func(l line) line { return l })
	if err != nil {
		return false, err
	}
	slices.SortFunc(rows, func(a, b line) int { return cmp.Compare(a.Sequence, b.Sequence) })
	at := map[string]place{} // of a line, by its id
	for _, row := range rows {
		i := slices.IndexFunc(ss, func(sh shipments.Shipment) bool { return sh.Number == row.DocumentNo })
		if i < 0 {
			continue
		}
		l, err := lineOf(row)
		if err != nil {
			return false, businesscentral.Bug(op, "%w", err)
		}
		at[row.ID] = place{i, len(ss[i].Lines)}
		ss[i].Lines = append(ss[i].Lines, l)
	}
	for part := range slices.Chunk(ss, perFilter) {
		if tells, err = s.extras(ctx, part); err != nil || !tells {
			return false, err
		}
		if err := s.extraLines(ctx, part, ss, at); err != nil {
			return true, err
		}
	}
	return tells, nil
}

// place is where a line is: which shipment's, and which of its lines.
type place struct{ shipment, line int }

// absent reports whether err says that the companion API, or the permission for it,
// is not there: its company tells no parcels.
func absent(err error) bool {
	return errors.Is(err, businesscentral.ErrNotFound) || fault.KindOf(err) == fault.Blocked
}

func (s *Shipments) extras(ctx context.Context, ss []shipments.Shipment) (bool, error) {
	numbers := make([]string, len(ss))
	for i, sh := range ss {
		numbers[i] = sh.Number
	}
	rows, err := ask[extra](ctx, s, "businesscentral.CompanionShipments", "shipments", businesscentral.AnyOf("number", numbers))
	if err != nil {
		if absent(err) {
			return false, nil
		}
		return false, err
	}
	for _, e := range rows {
		i := slices.IndexFunc(ss, func(sh shipments.Shipment) bool { return sh.Number == e.Number })
		if i < 0 {
			continue
		}
		if e.Tracking != "" {
			ss[i].Parcels = append(ss[i].Parcels, shipments.Parcel{Number: e.Tracking, Agent: e.AgentCode, AgentName: e.AgentName, URL: e.TrackingURL})
		}
		ss[i].Agent, ss[i].AgentName = e.AgentCode, e.AgentName
	}
	return true, nil
}

// extraLines brings location and parcel of each line. A company whose companion API
// has no lines tells neither.
func (s *Shipments) extraLines(ctx context.Context, part, ss []shipments.Shipment, at map[string]place) error {
	ids := make([]string, len(part))
	for i, sh := range part {
		ids[i] = "documentId eq " + sh.ID
	}
	rows, err := ask[extraLine](ctx, s, "businesscentral.CompanionLines", "shipmentLines", strings.Join(ids, " or "))
	if err != nil {
		if absent(err) {
			return nil
		}
		return err
	}
	for _, e := range rows {
		p, ok := at[e.ID]
		if !ok {
			continue
		}
		sh := &ss[p.shipment]
		l := &sh.Lines[p.line]
		if l.Location, l.Tracking = e.Location, strings.TrimSpace(e.Tracking); l.Tracking == "" || !l.Quantity.IsPositive() {
			continue
		}
		if !slices.ContainsFunc(sh.Parcels, func(o shipments.Parcel) bool { return strings.TrimSpace(o.Number) == l.Tracking }) {
			sh.Parcels = append(sh.Parcels, shipments.Parcel{Number: l.Tracking, Agent: sh.Agent, AgentName: sh.AgentName, URL: addressLike(sh.Parcels, l.Tracking)})
		}
	}
	return nil
}

// addressLike is where a parcel of a line can be followed. Its carrier is the shipment's,
// whose address has the shipment's own number in it; "" if it does not tell where.
func addressLike(ps []shipments.Parcel, number string) string {
	if len(ps) == 0 || ps[0].URL == "" {
		return ""
	}
	for _, own := range []string{ps[0].Number, url.QueryEscape(ps[0].Number)} {
		if own != "" && strings.Count(ps[0].URL, own) == 1 {
			return strings.Replace(ps[0].URL, own, url.QueryEscape(number), 1)
		}
	}
	return ""
}

// ask reads rows of the companion API.
func ask[T any](ctx context.Context, s *Shipments, op, set, filter string) ([]T, error) {
	var p businesscentral.Page[T]
	err := s.companion.Get(ctx, businesscentral.Request{
		Op: op, Path: s.companion.Path(set, "$filter", filter, "$select", businesscentral.Fields[T]()), Record: true,
	}, &p)
	if err != nil || p.NextLink == "" {
		return p.Value, err
	}
	err = businesscentral.Rest(ctx, s.companion, op, p.NextLink, func(row T) error {
		p.Value = append(p.Value, row)
		return nil
	})
	return p.Value, err
}
