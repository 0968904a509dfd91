// Package pictureapi reads and writes the pictures of items of a Business Central
// company, as package images asks for them.
package pictureapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/fault"
	"backroom/shared/images"
)

// Pictures are the pictures of a company's items. Safe for concurrent use.
type Pictures struct {
	bc, companion *businesscentral.Client

	// What the company has once shown that it does not do.
	noExpand, noVariants, noBatch, noStamps atomic.Bool
}

var _ images.Company = (*Pictures)(nil)

// New makes the pictures of c's company.
func New(c *businesscentral.Client) *Pictures { return &Pictures{bc: c, companion: c.Companion()} }

const withPicture = "picture($select=width)"

// unknown reports whether err says that the company does not know what was asked for, such
// as an expansion.
func unknown(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Bug && !businesscentral.TooLarge(err) || k == fault.Rejected
}

func since(from time.Time) string {
	return "lastModifiedDateTime ge " + from.UTC().Format("2006-01-02T15:04:05.000Z")
}

// ChangedItems implements images.Company. Whether an item has a picture is asked in the
// same request; a company that refuses that has it told by each.
func (p *Pictures) ChangedItems(ctx context.Context, from time.Time, limit int) ([]images.Item, error) {
	const op = "businesscentral.ChangedPictures"
	options := []string{"$filter", since(from), "$orderby", "lastModifiedDateTime", "$top", fmt.Sprint(limit), "$select", businesscentral.Fields[bare]()}
	if !p.noExpand.Load() {
		is, err := businesscentral.All(ctx, p.bc, op, p.bc.Path("items", append(slices.Clone(options), "$expand", withPicture)...), item.noun)
		if err == nil || !unknown(err) {
			return is, err
		}
	}
	is, err := businesscentral.All(ctx, p.bc, op, p.bc.Path("items", options...), item.noun)
	p.noExpand.Store(p.noExpand.Load() || err == nil)
	return is, err
}

// ChangedVariants implements images.Company. Pictures of variants are newer than the
// variants.
func (p *Pictures) ChangedVariants(ctx context.Context, from time.Time, limit int) (is []images.Item, told bool, err error) {
	if p.noVariants.Load() {
		return nil, false, nil
	}
	is, err = businesscentral.All(ctx, p.bc, "businesscentral.ChangedVariantPictures", p.bc.Path("itemVariants",
		"$filter", since(from), "$orderby", "lastModifiedDateTime", "$top", fmt.Sprint(limit), "$select", businesscentral.Fields[bareVariant](), "$expand", withPicture), variant.noun)
	if err != nil && unknown(err) {
		p.noVariants.Store(true)
		return nil, false, nil
	}
	return is, true, err
}

// ItemsOf implements images.Company.
func (p *Pictures) ItemsOf(ctx context.Context, ps []images.Pair) ([]images.Item, error) {
	const op = "businesscentral.ItemsWithPictures"
	var plain, coded []string
	for _, pair := range ps {
		if pair.Code == "" {
			plain = append(plain, pair.Item)
		} else {
			coded = append(coded, pair.Item)
		}
	}
	is, err := businesscentral.Find(ctx, p.bc, op, "items", "number", businesscentral.Distinct(plain, strings.TrimSpace), bare.noun)
	if err != nil || len(coded) == 0 {
		return is, err
	}
	vs, err := businesscentral.Find(ctx, p.bc, op, "itemVariants", "itemNumber", businesscentral.Distinct(coded, strings.TrimSpace), bareVariant.noun)
	for _, v := range vs {
		if slices.ContainsFunc(ps, func(pair images.Pair) bool { return pair.Item == v.Number && pair.Code == v.Code }) {
			is = append(is, v)
		}
	}
	return is, err
}

// path is that of an item's picture.
func (p *Pictures) path(i images.Item, rest string) string {
	set := "items"
	if i.Code != "" {
		set = "itemVariants"
	}
	return p.bc.Path(set + "(" + i.ID + ")/picture" + rest)
}

// Pictures implements images.Company: by a batch, whose answer holds them as text; where
// the company's batches hold no streams, or only for some, one by one.
func (p *Pictures) Pictures(ctx context.Context, is []images.Item) ([]images.Picture, error) {
	out := make([]images.Picture, len(is))
	if len(is) > images.MaxItems {
		return nil, businesscentral.Bug("businesscentral.Pictures", "%d pictures, at most %d", len(is), images.MaxItems)
	}
	if len(is) > 1 && !p.noBatch.Load() {
		return out, p.batch(ctx, is, out)
	}
	for n, i := range is {
		if err := p.single(ctx, i, &out[n]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// batch reads pictures at once; those that are too large together in two halves.
func (p *Pictures) batch(ctx context.Context, is []images.Item, out []images.Picture) error {
	ops := make([]businesscentral.Operation, len(is))
	for n, i := range is {
		ops[n] = businesscentral.Operation{Method: http.MethodGet, Path: p.path(i, "/pictureContent"), Record: true}
	}
	answers, err := p.bc.ReadEach(ctx, "businesscentral.Pictures", ops)
	switch {
	case err != nil && businesscentral.TooLarge(err) && len(is) > 1:
		half := len(is) / 2
		if err := p.batch(ctx, is[:half], out[:half]); err != nil {
			return err
		}
		return p.batch(ctx, is[half:], out[half:])
	case err != nil && businesscentral.TooLarge(err):
		out[0].Err = err
		return nil
	case err != nil:
		return err
	}
	misses := 0
	for n, a := range answers {
		err := a.Err
		if err == nil {
			out[n].Content, err = content(a.Body)
		}
		switch kind := fault.KindOf(err); {
		case err == nil:
			continue
		case kind == fault.Throttled || kind == fault.Blocked:
			return err
		case errors.Is(err, businesscentral.ErrNotFound):
			out[n].Err = err
			continue
		}
		misses++
		if err := p.single(ctx, is[n], &out[n]); err != nil {
			return err
		}
	}
	p.noBatch.Store(misses == len(is) && misses > 1)
	return nil
}

// single reads one picture. An error of its own is the picture's.
func (p *Pictures) single(ctx context.Context, i images.Item, out *images.Picture) error {
	body, err := p.bc.Send(ctx, businesscentral.Request{Op: "businesscentral.Picture", Path: p.path(i, "/pictureContent"), Record: true})
	switch kind := fault.KindOf(err); {
	case err == nil:
		if out.Content = body; len(body) == 0 {
			out.Content = nil
		}
	case kind == fault.Throttled || kind == fault.Blocked || ctx.Err() != nil:
		return err
	default:
		out.Err = err
	}
	return nil
}

// Stamps implements images.Company: by the companion API, which tells the id of an item's
// first picture. Without it, or without the permission for it, nothing is told.
func (p *Pictures) Stamps(ctx context.Context, is []images.Item) (map[string]string, error) {
	var numbers []string
	of := map[string]string{} // id of the item by its number
	for _, i := range is {
		if i.Code == "" {
			numbers, of[bcapi.Code(i.Number)] = append(numbers, i.Number), i.ID
		}
	}
	if len(numbers) == 0 || p.noStamps.Load() {
		return nil, nil
	}
	rows, err := businesscentral.Find(ctx, p.companion, "businesscentral.StampsOfPictures", "itemPictures", "itemNumber", businesscentral.Distinct(numbers, bcapi.Code), func(r stamp) stamp { return r })
	if errors.Is(err, businesscentral.ErrNotFound) || fault.KindOf(err) == fault.Blocked {
		p.noStamps.Store(true)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range rows {
		if id := of[bcapi.Code(r.Item)]; id != "" && strings.Trim(r.Picture, "{}-0") != "" {
			out[id] = r.Picture
		}
	}
	return out, nil
}

// SetPicture implements images.Company.
func (p *Pictures) SetPicture(ctx context.Context, i images.Item, content []byte) error {
	_, err := p.bc.Send(ctx, businesscentral.Request{Op: "businesscentral.SetPicture", Method: http.MethodPatch, Path: p.path(i, "/pictureContent"), Raw: content, Record: true})
	return err
}

// DeletePicture implements images.Company.
func (p *Pictures) DeletePicture(ctx context.Context, i images.Item) error {
	_, err := p.bc.Send(ctx, businesscentral.Request{Op: "businesscentral.DeletePicture", Method: http.MethodDelete, Path: p.path(i, ""), Record: true})
	return err
}
