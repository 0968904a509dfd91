package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"strings"

	"backroom/shared/images"
	"backroom/shared/listings"
)

// catalogueRow is what a dry run of sync-products or sync-images says of one thing.
type catalogueRow struct {
	Name    string `json:"name"`    // of products
	Product string `json:"product"` // of pictures: its title
	Item    string `json:"item"`
	Does    string `json:"does"`
}

// catalogue shows products: items lead, one is named anew and gets a picture in Business
// Central, in between it gets dearer, and all of it travels to the shop. One product stands for the item, and for no other.
func catalogue(ctx context.Context, w io.Writer, d *desk, bc, item string) error {
	fmt.Fprintln(w, "\nNow items lead (productSync, syncItemImages): what differs is set right.")
	err := d.SetCard(ctx, listings.Settings{ProductSync: listings.ToShop})
	if err == nil {
		err = d.SetCard(ctx, images.Settings{SyncItemImages: images.ToShopify, ImageDescription: images.ByName})
	}
	if err != nil {
		return err
	}
	if _, err := demoRun(ctx, w, d, listings.TaskName, ask{Parameters: json.RawMessage(`{"full":true}`)}); err != nil {
		return err
	}
	if _, err := demoRun(ctx, w, d, images.TaskName, ask{}); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nIn Business Central item %s is named \"Harbour Bag\".\n", item)
	if err := tellSimulator(ctx, http.MethodPatch, bc, "items/"+item, `{"description":"Harbour Bag"}`); err != nil {
		return err
	}
	if err := travels(ctx, w, d, listings.TaskName, item); err != nil {
		return err
	}
	if err := dearer(ctx, w, d, bc, item); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nSomebody gives item %s a picture there.\n", item)
	picture, err := demoPicture()
	if err == nil {
		err = tellSimulator(ctx, http.MethodPut, bc, "items/"+item+"/picture", picture)
	}
	if err != nil {
		return err
	}
	return travels(ctx, w, d, images.TaskName, item)
}

// planned is what a dry run of a task says.
func planned(ctx context.Context, d *desk, task, parameters string) (rows []catalogueRow, err error) {
	r, err := demoRun(ctx, io.Discard, d, task, ask{Parameters: json.RawMessage(parameters), DryRun: true})
	if err != nil || len(r.Report) == 0 {
		return nil, err
	}
	return rows, json.Unmarshal(r.Report, &rows)
}

// travels shows what a task will do about an item, has it done, and sees that nothing is
// left to do.
func travels(ctx context.Context, w io.Writer, d *desk, task, item string) error {
	left := func() (rows []catalogueRow, err error) {
		all, err := planned(ctx, d, task, "{}")
		for _, row := range all {
			if strings.TrimSpace(row.Item) == item {
				rows = append(rows, row)
			}
		}
		return rows, err
	}
	rows, err := left()
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s sees no change of %s", task, item)
	}
	for _, r := range rows {
		fmt.Fprintf(w, "  %s: %s\n", cmp.Or(r.Name, r.Product), r.Does)
	}
	if _, err := demoRun(ctx, w, d, task, ask{}); err != nil {
		return err
	}
	if rows, err = left(); err == nil && len(rows) > 0 {
		err = fmt.Errorf("%s has left %q", task, rows[0].Does)
	}
	return err
}

// demoPicture is a blue square.
func demoPicture() (string, error) {
	const side = 64
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		m.Set(i%side, i/side, color.RGBA{R: 0x1f, G: 0x5f, B: 0x8b, A: 0xff})
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.String(), err
}
