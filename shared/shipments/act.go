package shipments

import (
	"context"
	"maps"
	"slices"

	"backroom/shared/outbound"
	"backroom/shared/table"
)

// act sends the next step of each shipment, fulfilments together.
func (s *slice) act(ctx context.Context, works []*work) error {
	var creates []*work
	for _, w := range works {
		switch {
		case w.plan.Step == nil: // only found things are to be stored
			if err := s.put(ctx, &w.record, nil); err != nil {
				return err
			}
		case w.plan.Step.Do == doFulfil:
			creates = append(creates, w)
		default:
			if err := s.actions(one{s}).Act(ctx, []*work{w}); err != nil {
				return err
			}
		}
	}
	for part := range slices.Chunk(creates, MaxSendings) {
		if err := s.actions(many{one{s}}).Act(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (s *slice) actions(r outbound.Records[*work, Done]) outbound.Actions[*work, Done] {
	return outbound.Actions[*work, Done]{Hold: s.Hold(), Records: r, Clock: s.Clock, Name: func(d Done) string { return d.Name }}
}

// one is the protocol of a single change.
type one struct{ *slice }

// many is the protocol of fulfilments that one request creates.
type many struct{ one }

// perWrite is how many records one transaction stores.
const perWrite = table.MaxTransactionOps - 1

// Intend implements outbound.Records, as do those below.
func (o one) Intend(ctx context.Context, ws []*work, i outbound.Intent) ([]*work, error) {
	for _, w := range ws {
		p := &Pending{Do: w.plan.Step.Do, At: i.At, There: i.There, Part: w.plan.Step.Part}
		for _, f := range w.order.Sent {
			p.Before = append(p.Before, f.ID)
		}
		w.record.Pending, w.record.State = p, Open
		w.record.NotBefore = i.At
		w.record.Log = w.record.Log.With(outbound.Event{At: i.At, Did: outbound.DidIntend, Says: p.Do})
	}
	return ws, o.store(ctx, ws)
}

// store writes the records of ws.
func (o one) store(ctx context.Context, ws []*work) error {
	for part := range slices.Chunk(ws, perWrite) {
		ops := make([]table.Op, len(part))
		for i, w := range part {
			var err error
			if ops[i], err = w.record.op(); err != nil {
				return err
			}
		}
		if err := o.Guard.Write(ctx, o.Request.Lease, ops...); err != nil {
			return err
		}
		for _, w := range part {
			w.record.Version++
		}
	}
	return nil
}

// Send sends a change that is no fulfilment.
func (o one) Send(ctx context.Context, ws []*work) ([]outbound.Created[Done], error) {
	st := ws[0].plan.Step
	var d Done
	var err error
	switch st.Do {
	case doCancel:
		d, err = o.Target.Cancel(ctx, st.Part.ID)
	case doTrack:
		d, err = o.Target.Track(ctx, st.Part.ID, st.Part.Parcels, st.Notify)
	case doReady:
		d, err = o.Target.Ready(ctx, st.Part.ID)
	}
	return []outbound.Created[Done]{{Entity: d, Err: err}}, nil
}

func (m many) Send(ctx context.Context, ws []*work) ([]outbound.Created[Done], error) {
	ss := make([]Sending, len(ws))
	for i, w := range ws {
		ss[i] = w.plan.Step.Send
	}
	return m.Target.Fulfil(ctx, ss)
}

func (o one) Withdraw(ctx context.Context, ws []*work) error {
	for _, w := range ws {
		w.record.Pending = nil
	}
	return o.store(ctx, ws)
}

// Answered stores what became of each.
func (o one) Answered(ctx context.Context, as []outbound.Answer[*work, Done]) error {
	ws := make([]*work, len(as))
	for i, a := range as {
		w := a.Item
		ws[i] = w
		w.record.Log = w.record.Log.With(a.Log...)
		switch a.Verdict {
		case outbound.Made:
			o.made(w, a.Entity)
		case outbound.Lost, outbound.Taken: // a later run looks
			w.stopped, w.open = true, true
		case outbound.Unsent:
			w.record.Pending, w.stopped, w.open = nil, true, true
		case outbound.Refused:
			w.record.Pending, w.detail, w.stopped, w.plan.More = nil, a.Err.Error(), true, false
			w.plan.Problems = append([]Problem{{Refused, asked[w.plan.Step.Do] + " of shipment " + w.shipment.Number}}, w.plan.Problems...)
		}
	}
	if err := o.store(ctx, ws); err != nil {
		return err
	}
	for i, a := range as {
		if a.Verdict != outbound.Made {
			continue
		}
		if err := o.echo(ctx, ws[i], a.Entity); err != nil {
			return err
		}
	}
	return nil
}

// asked is what a person calls a change.
var asked = map[string]string{
	doFulfil: "the fulfilment", doCancel: "the cancellation", doTrack: "the tracking number", doReady: "the readiness for pickup",
}

// made brings into the record what Shopify has done. With that the shipment is done,
// unless something is left.
func (o one) made(w *work, d Done) {
	p := w.plan.Step.Part
	if w.plan.Step.Do == doFulfil {
		p.ID, p.Name = d.ID, d.Name
		o.Counts.Created++
	} else {
		o.Counts.Updated++
	}
	w.record.apply(w.plan.Step.Do, p)
	if !w.plan.More && len(w.plan.Problems) == 0 && w.record.Trouble == "" {
		w.record.settle()
		w.stored = true
	}
}

// echo notes our own change of the order, if nobody else has changed it meanwhile.
func (o one) echo(ctx context.Context, w *work, d Done) error {
	if d.UpdatedAt.IsZero() {
		return nil
	}
	e := Echo{Order: w.record.Order, Before: w.order.UpdatedAt, UpdatedAt: d.UpdatedAt}
	if d.State != w.order.State {
		e.Before = d.UpdatedAt // somebody else was in between
	}
	return o.Orders.Echo(ctx, o.Guard, o.Request.Lease, o.Request.Shop, e)
}

// shown is what an order says of a change that was sent, and the part that it is.
func (p Pending) shown(o Order, claimed map[string]map[string]int) (outbound.Shown, Part) {
	switch f := o.fulfilment(p.Part.ID); p.Do {
	case doCancel:
		if f == nil || f.Cancelled {
			return outbound.Done, p.Part
		}
	case doTrack:
		if f == nil || sameParcels(f.Parcels, p.Part.Parcels) {
			return outbound.Done, p.Part
		}
	case doReady:
		i := slices.IndexFunc(o.ToShip, func(fo FulfilmentOrder) bool { return fo.ID == p.Part.ID })
		if i < 0 || o.ToShip[i].Status != "OPEN" {
			return outbound.Done, p.Part
		}
	case doFulfil:
		return p.made(o, claimed)
	}
	return outbound.Undone, p.Part
}

// made looks for the fulfilment: one that the order did not have, that holds just
// its goods, and that is no other shipment's.
func (p Pending) made(o Order, claimed map[string]map[string]int) (outbound.Shown, Part) {
	shown := outbound.Undone
	for _, f := range o.Sent {
		if slices.Contains(p.Before, f.ID) || claimed[f.ID] != nil {
			continue
		}
		if maps.Equal(f.Units, p.Part.Units) {
			part := p.Part
			part.ID, part.Name = f.ID, f.Name
			return outbound.Done, part
		}
		shown = outbound.Other
	}
	return shown, p.Part
}

// sameParcels compares numbers and carriers: addresses are Shopify's own where it
// knows the carrier.
func sameParcels(a, b []Tracking) bool {
	return slices.EqualFunc(a, b, func(a, b Tracking) bool { return a.Number == b.Number && a.Company == b.Company })
}
