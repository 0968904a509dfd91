package listings

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// itemsPerStep is how many items one step does.
const itemsPerStep = 100

// itemwise does items: those that have changed, or in a full check all that are to become
// products.
func (s *slice) itemwise(ctx context.Context) error {
	at := &s.Checkpoint
	if !at.Asked && !at.Full && !at.Known {
		if err := s.changedItems(ctx); err != nil {
			return err
		}
	}
	numbers := at.Items
	if at.Full {
		numbers = nil
		for _, n := range slices.Sorted(maps.Keys(s.shelf.items)) {
			if n > at.After && s.rules.wants(s.shelf.items[n]) {
				numbers = append(numbers, n)
			}
		}
	}
	part := numbers[:min(len(numbers), itemsPerStep)]
	if err := s.items(ctx, part); err != nil {
		return err
	}
	if err := s.mark(ctx, markProducts, func(*cursor.Stored) {}); err != nil {
		return err
	}
	if at.Full && len(part) > 0 {
		at.After = part[len(part)-1]
	} else {
		at.Items = numbers[len(part):]
	}
	if len(numbers) > len(part) {
		return nil
	}
	if at.Phase = again; at.Asked {
		at.Phase = ended
		return nil
	}
	return s.reach(ctx)
}

// changedItems lists the items that changed, or of which a variant did.
func (s *slice) changedItems(ctx context.Context) error {
	at := &s.Checkpoint
	is, err := s.Company.ChangedItems(ctx, at.From)
	if err != nil {
		return err
	}
	vs, err := s.Company.ChangedVariants(ctx, at.From)
	if err != nil {
		return err
	}
	for _, i := range is {
		at.Items, at.UpTo = append(at.Items, i.Number), later(at.UpTo, i.ModifiedAt)
	}
	for _, v := range vs {
		at.Items, at.UpTo = append(at.Items, v.Item), later(at.UpTo, v.ModifiedAt)
	}
	slices.Sort(at.Items)
	at.Items, at.Known = slices.Compact(at.Items), true
	was, err := s.Store.reached(ctx, s.Request.Shop)
	if err != nil {
		return err
	}
	if at.Listed = listed(is, vs, at.UpTo); at.Listed == was.Listed && at.UpTo.Equal(was.UpTo) {
		at.Items = nil // what lists overlap by, as it was
	}
	return nil
}

// listed is a hash of what the next list shows again: what changed within the overlap.
func listed(is []Item, vs []ItemVariant, upTo time.Time) string {
	var all []string
	add := func(what string, at time.Time) {
		if !at.Before(upTo.Add(-trails)) {
			all = append(all, what+" "+at.Format(time.RFC3339Nano))
		}
	}
	for _, i := range is {
		add(i.Number, i.ModifiedAt)
	}
	for _, v := range vs {
		add(v.Item+" "+v.Code, v.ModifiedAt)
	}
	slices.Sort(all)
	return digest(strings.Join(all, "\n"))
}

// listed is [listed] of a whole shelf.
func (s *shelf) listed() string {
	var is []Item
	var vs []ItemVariant
	for _, i := range s.items {
		is = append(is, i)
	}
	for _, of := range s.variants {
		vs = append(vs, of...)
	}
	return listed(is, vs, s.latest)
}

// reached is how far the items of a company are known.
type reached struct {
	record.Rest

	UpTo   time.Time `json:"upTo,omitzero"`
	Listed string    `json:"listed,omitempty"` // of what changed shortly before that; "": it was not listed
	// Settled says that a full check has read all up to UpTo when nothing could trail
	// behind it any more: lists need not overlap.
	Settled bool `json:"settled,omitempty"`
}

func reachedKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "CURSOR#items"} }

func (s *Store) reached(ctx context.Context, shop string) (r reached, err error) {
	if _, err = record.Get(ctx, s.Table, reachedKey(shop), schema, &r); err != nil {
		return r, fmt.Errorf("listings: items of %s: %w", shop, err)
	}
	return r, nil
}

// reach notes how far items are known.
func (s *slice) reach(ctx context.Context) error {
	at := &s.Checkpoint
	was, err := s.Store.reached(ctx, s.Request.Shop)
	if err != nil || s.Request.DryRun {
		return err
	}
	next := was
	if at.UpTo.After(was.UpTo) {
		next.UpTo, next.Settled = at.UpTo, false
	}
	next.Settled = next.Settled || at.Full && at.UpTo.Equal(next.UpTo) && at.Begun.Sub(at.UpTo) >= quiet
	next.Listed = at.Listed
	if was.Settled && !at.Full && next.UpTo.Equal(was.UpTo) {
		next.Listed = was.Listed // nothing was listed, since nothing has changed
	}
	if next.UpTo.Equal(was.UpTo) && next.Listed == was.Listed && next.Settled == was.Settled {
		return nil
	}
	return s.Guard.Write(ctx, s.Request.Lease, record.Put(reachedKey(s.Request.Shop), schema, &next, table.Always))
}

// items does items by their numbers: the products that stand for them, where the items
// say something new, and those that nothing stands for.
func (s *slice) items(ctx context.Context, numbers []string) error {
	if len(numbers) == 0 {
		return nil
	}
	err := s.shelf.fetch(ctx, numbers, nil, nil, nil)
	if err == nil && (s.rules.owner(Body) == OwnerBC || s.rules.makesProducts()) {
		err = s.shelf.text(ctx, numbers)
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, n := range numbers {
		ls, err := s.Store.OfItems(ctx, s.Request.Shop, []string{n})
		if err != nil {
			return err
		}
		intent, err := s.Store.intent(ctx, s.Request.Shop, n)
		if err != nil {
			return err
		}
		i, there := s.shelf.items[bcapi.Code(n)]
		switch {
		case intent.Handle != "" && there:
			err = s.add(ctx, i, intent)
		case len(ls) > 0 || !there:
			for _, l := range ls {
				if !s.Checkpoint.Full && !s.knows(ctx, l) {
					ids = append(ids, l.Product)
				}
			}
			s.found[itemPrefix+n] = true
		case s.rules.wants(i) && !s.shelf.details[i.Number].SalesBlocked:
			s.Counts.Read++
			err = s.add(ctx, i, intent)
		default:
			s.found[itemPrefix+n] = true
		}
		if err != nil {
			return err
		}
	}
	slices.Sort(ids)
	return s.byID(ctx, slices.Compact(ids))
}

// knows reports whether the items of a listing say nothing that was not settled before:
// their time moves with their stock too.
func (s *slice) knows(ctx context.Context, l Listing) bool {
	if s.rules.owner(Type) != OwnerNobody && s.loadCategories(ctx) != nil {
		return false
	}
	says := func(agreed map[Field]string, f Field, bc string) bool {
		return s.rules.owner(f) == OwnerNobody || bc == "" && agreed[f] == "" || strings.HasPrefix(agreed[f], digest(bc)+":")
	}
	only := len(l.Items()) == 1
	for _, v := range l.Variants {
		if v.Item == "" || v.Components {
			continue
		}
		i := s.shelf.items[bcapi.Code(v.Item)]
		if !s.shelf.has(v) || i.Blocked {
			return false
		}
		for _, f := range productFields {
			if only && !says(l.Agreed, f, s.says(f, i, "")) {
				return false
			}
		}
		for _, f := range variantFields {
			if v.Unit == "" && s.rules.looks(f, v.Code) && !says(v.Agreed, f, s.says(f, i, bcapi.Code(v.Code))) {
				return false
			}
		}
	}
	for _, v := range s.shelf.variants[l.Made] {
		if !slices.ContainsFunc(l.Variants, func(o Variant) bool { return o.Code == v.Code }) {
			return false
		}
	}
	return true
}

// intent is that an item is to become a product of a handle, until it has.
type intent struct {
	record.Rest

	Handle string    `json:"handle"`
	At     time.Time `json:"at"`
}

func intentKey(shop, item string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#LISTINGS#NEW", SK: bcapi.Code(item)}
}

// intent reads what was intended about an item; the zero one if nothing was.
func (s *Store) intent(ctx context.Context, shop, item string) (i intent, err error) {
	if _, err = record.Get(ctx, s.Table, intentKey(shop, item), schema, &i); err != nil {
		return i, fmt.Errorf("listings: intent of %s of %s: %w", item, shop, err)
	}
	return i, nil
}

// add makes the product of an item, unless one stands for it already. The handle makes it
// one: it is free before the intent is stored, and whatever has it after that is ours.
func (s *slice) add(ctx context.Context, i Item, was intent) error {
	if why := s.unfit(i); why != "" {
		s.found[itemPrefix+i.Number] = true
		return s.sayItem(ctx, i.Number, NotSellable, why, "")
	}
	if err := s.loadCategories(ctx); err != nil {
		return err
	}
	if was.Handle == "" {
		there, err := s.search(ctx, i)
		if err != nil || there {
			return err
		}
		if s.Row(row{Item: i.Number, Name: i.Name, Does: "new product " + handleOf(i)}); s.Request.DryRun {
			return nil
		}
		was = intent{Handle: handleOf(i), At: s.Now()}
		taken, err := s.Shop.ProductByHandle(ctx, was.Handle)
		if err != nil {
			return s.notAdded(ctx, i, err)
		}
		if taken != nil {
			return s.sayItem(ctx, i.Number, HandleTaken, i.Number+" "+i.Name, "product "+taken.ID+" has the handle "+was.Handle)
		}
		if err := s.Guard.Write(ctx, s.Request.Lease, record.Put(intentKey(s.Request.Shop, i.Number), schema, &was, table.Always)); err != nil {
			return err
		}
		return s.create(ctx, i, was)
	}
	p, err := s.Shop.ProductByHandle(ctx, was.Handle)
	switch {
	case err != nil:
		return s.notAdded(ctx, i, err)
	case p != nil:
		return s.added(ctx, i, *p)
	case s.Request.DryRun:
		return nil
	}
	return s.create(ctx, i, was)
}

// search looks for a product that stands for an item, and was not linked yet: by the SKUs
// and bar codes that it would have.
func (s *slice) search(ctx context.Context, i Item) (bool, error) {
	const most = 20
	var skus, barcodes []string
	for _, v := range s.product(i, "").Variants {
		if v.SKU != "" && len(skus) < most {
			skus = append(skus, v.SKU)
		}
		if v.Barcode != "" && s.rules.FindMappingByGTIN {
			barcodes = append(barcodes, v.Barcode)
		}
	}
	ids, err := s.Shop.ProductsOfCodes(ctx, skus, barcodes)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	if err := s.byID(ctx, ids[:min(len(ids), MaxByID)]); err != nil {
		return false, err
	}
	if s.Request.DryRun {
		return true, nil
	}
	ls, err := s.Store.OfItems(ctx, s.Request.Shop, []string{i.Number})
	if len(ls) > 0 {
		s.found[itemPrefix+i.Number] = true
	}
	return len(ls) > 0, err
}

func (s *slice) create(ctx context.Context, i Item, in intent) error {
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	p, err := s.Shop.CreateProduct(ctx, s.product(i, in.Handle))
	if errors.Is(err, ErrTaken) { // by ours, whose answer was lost and which came later
		s.missed[itemPrefix+i.Number] = err.Error()
		return nil
	}
	if err != nil {
		return s.notAdded(ctx, i, err)
	}
	s.Counts.Created++
	return s.added(ctx, i, p)
}

// notAdded judges why an item has not become a product.
func (s *slice) notAdded(ctx context.Context, i Item, err error) error {
	switch fault.KindOf(err) {
	case fault.Rejected, fault.Bug:
		s.missed[itemPrefix+i.Number] = err.Error()
		return s.sayItem(ctx, i.Number, ShopRefused, "item "+i.Number+" "+i.Name, fault.Say(err))
	case fault.Unknown, fault.Transient:
		if fault.Of(err).Op != "" {
			s.missed[itemPrefix+i.Number] = err.Error()
			return nil
		}
	case fault.Throttled, fault.Blocked:
	}
	return err
}

// added keeps the product of an item: its listing, its sales channels, and then that
// nothing is left to do of it.
func (s *slice) added(ctx context.Context, i Item, p Product) error {
	l, err := s.Store.Get(ctx, s.Request.Shop, p.ID)
	if err != nil {
		return err
	}
	was := l
	l.Made = i.Number
	l.Shown = s.rules.channels() // below
	h := &handling{slice: s, was: was, l: l, p: p}
	if err := h.do(ctx); err != nil {
		return err
	}
	missing, err := s.publish(ctx, p.ID)
	if err != nil {
		return s.notAdded(ctx, i, err)
	}
	var reason issue.Reason
	if missing != "" {
		reason = NoChannel
	}
	if err := s.sayItem(ctx, i.Number, reason, missing, ""); err != nil {
		return err
	}
	if s.Request.DryRun {
		return nil
	}
	s.found[itemPrefix+i.Number] = true
	return s.Guard.Write(ctx, s.Request.Lease, table.Delete(intentKey(s.Request.Shop, i.Number), table.Always))
}

// publish shows a product in the channels of the card, and answers those that the shop
// has not.
func (s *slice) publish(ctx context.Context, product string) (unknown string, err error) {
	if len(s.rules.ProductChannels) == 0 || s.Request.DryRun {
		return "", nil
	}
	if s.channels == nil {
		if s.channels, err = s.Shop.Channels(ctx); err != nil {
			return "", err
		}
	}
	all := s.channels
	var ids, missing []string
	for _, title := range s.rules.ProductChannels {
		n := slices.IndexFunc(all, func(c Channel) bool { return plain(c.Title) == plain(title) })
		if n < 0 {
			missing = append(missing, title)
			continue
		}
		ids = append(ids, all[n].ID)
	}
	if len(ids) > 0 {
		if err := s.Hold().Ensure(ctx); err != nil {
			return "", err
		}
		if err := s.Shop.Publish(ctx, product, ids); err != nil {
			return "", err
		}
	}
	return strings.Join(missing, ", "), nil
}
