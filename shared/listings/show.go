package listings

import (
	"context"
	"slices"
	"strings"
)

// channels are the sales channels of the card as a listing remembers them; "" for none.
func (r rules) channels() string {
	var titles []string
	for _, t := range r.ProductChannels {
		titles = append(titles, plain(t))
	}
	if len(titles) == 0 {
		return ""
	}
	slices.Sort(titles)
	return digest(strings.Join(slices.Compact(titles), "\n"))
}

// show shows a product that exists in the channels of the card, once for the same ones.
func (h *handling) show(ctx context.Context) error {
	want := h.rules.channels()
	linked := slices.ContainsFunc(h.l.Variants, func(v Variant) bool { return v.Item != "" && !v.Components })
	if !h.rules.ShowProducts || h.rules.ProductSync == FromShop || want == "" || want == h.l.Shown || !linked {
		return nil
	}
	if h.Row(row{Product: h.p.ID, Name: h.p.Title, Does: "shown in " + strings.Join(h.rules.ProductChannels, ", ")}); h.Request.DryRun {
		return nil
	}
	missing, err := h.publish(ctx, h.p.ID)
	if err != nil {
		return h.refused(err, ShopRefused, h.p.Title)
	}
	if missing != "" {
		h.problem(NoChannel, missing, "")
		return nil
	}
	h.Counts.Updated++
	h.l.Shown = want
	return nil
}
