package imageapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/images"
	"backroom/shared/outbound"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// refusal is what Shopify refuses, in its own words.
func refusal(op, code, message string) *fault.Error {
	text := shopify.Clip(message, 200)
	f := &fault.Error{Op: "shopify." + op, Kind: fault.Rejected, Code: code, Err: errors.New(text)}
	switch code {
	case "NON_READY_STATE", "NON_READY_MEDIA", "FILE_LOCKED", "MEDIA_CANNOT_BE_MODIFIED":
		f.Kind = fault.Transient // Shopify still works on it
	case "FILENAME_ALREADY_EXISTS", "DUPLICATE_FILENAME_ERROR":
		f.Code = images.NameTaken
	case "FILE_DOES_NOT_EXIST", "MEDIA_DOES_NOT_EXIST":
		f.Code = images.Gone
	}
	return f
}

// row is the index of the row that an error is about: ["files","1","alt"]; -1: all of them.
func row(field []string) int {
	if len(field) < 2 {
		return -1
	}
	n, err := strconv.Atoi(field[1])
	if err != nil {
		return -1
	}
	return n
}

// sorted gives each of n rows its error, and all to those of whom one is about all.
func sorted(op string, n int, errs []gql.FileError) []error {
	out := make([]error, n)
	for _, e := range errs {
		code := ""
		if e.Code != nil {
			code = *e.Code
		}
		f := refusal(op, code, e.Message)
		if i := row(e.Field); i >= 0 && i < n {
			out[i] = f
			continue
		}
		for i := range out {
			if out[i] == nil {
				out[i] = f
			}
		}
	}
	return out
}

// Upload implements images.Files.
func (c *Client) Upload(ctx context.Context, us []images.Upload) ([]outbound.Created[string], error) {
	const op = "StagePictures"
	in := make([]gql.StagedUploadInput, len(us))
	for i, u := range us {
		put, size := "PUT", strconv.Itoa(len(u.Content))
		in[i] = gql.StagedUploadInput{Resource: "IMAGE", Filename: u.File, MimeType: u.Mime, HttpMethod: &put, FileSize: &size}
	}
	// What is staged is nothing before a file is made of it.
	r, err := gql.StagePictures(ctx, c.core.Read(op), in)
	if err != nil {
		return nil, err
	}
	p := r.StagedUploadsCreate
	switch {
	case p == nil:
		return nil, wire.Missing(op, "stagedUploadsCreate")
	case len(p.UserErrors) > 0:
		f := shopify.Refused("the pictures", p.UserErrors)
		f.Op = "shopify." + op
		return nil, f
	case len(p.StagedTargets) != len(us):
		return nil, wire.Missing(op, "a target")
	}
	out := make([]outbound.Created[string], len(us))
	for i, t := range p.StagedTargets {
		if t.Url == nil || t.ResourceUrl == nil {
			out[i].Err = wire.Missing(op, "an address")
			continue
		}
		header := map[string]string{"Content-Type": us[i].Mime}
		for _, h := range t.Parameters {
			header[h.Name] = h.Value
		}
		err := c.core.Upload(ctx, *t.Url, header, us[i].Content)
		if fault.KindOf(err) == fault.Throttled {
			return nil, err
		}
		out[i].Entity, out[i].Err = *t.ResourceUrl, err
	}
	return out, nil
}

// Create implements images.Files. Files come back in the order of the rows that were not
// refused; if they are others than that, nobody knows whose they are, and each is looked
// for by its name.
func (c *Client) Create(ctx context.Context, us []images.Upload, staged []string) ([]outbound.Created[images.File], error) {
	const op = "CreatePictures"
	in := make([]gql.FileCreateInput, len(us))
	for i, u := range us {
		kind, taken := "IMAGE", "RAISE_ERROR"
		in[i] = gql.FileCreateInput{ContentType: &kind, DuplicateResolutionMode: &taken, Filename: &u.File, OriginalSource: staged[i]}
		if u.Alt != "" {
			in[i].Alt = &u.Alt
		}
	}
	x := c.core.Do(shopify.Call{Op: op, Write: true})
	r, err := gql.CreatePictures(ctx, x, in)
	if err != nil {
		return nil, err
	}
	p := r.FileCreate
	if p == nil {
		return nil, x.Incomplete("fileCreate is missing from the answer")
	}
	errs := sorted(op, len(us), p.UserErrors)
	out := make([]outbound.Created[images.File], len(us))
	left := p.Files
	for i := range us {
		switch {
		case errs[i] != nil:
			out[i].Err = errs[i]
		case len(left) > 0 && id(left[0]) != "":
			out[i].Entity, left = images.File{ID: id(left[0]), State: images.Working}, left[1:]
		default:
			out[i].Err = x.Incomplete("a file is missing from the answer")
		}
	}
	if len(left) > 0 {
		for i := range out {
			out[i] = outbound.Created[images.File]{Err: x.Incomplete("the answer has more files than were made")}
		}
	}
	return out, nil
}

func id(f gql.CreatePicturesFileCreateFileCreatePayloadFilesFile) string {
	if f == nil {
		return ""
	}
	return wire.Tail(f.GetId())
}

// Change implements images.Ties. What is refused as a whole for one row is sent again row
// by row.
func (c *Client) Change(ctx context.Context, cs []images.Change) ([]error, error) {
	const op = "ChangePictures"
	in := make([]gql.FileUpdateInput, len(cs))
	for i, ch := range cs {
		in[i] = gql.FileUpdateInput{Id: wire.GID("MediaImage", ch.ID)}
		if ch.Staged != "" {
			in[i].OriginalSource = &ch.Staged
		}
		if ch.Product != "" {
			in[i].ReferencesToAdd = []string{wire.GID("Product", ch.Product)}
		}
	}
	x := c.core.Do(shopify.Call{Op: op, Write: true})
	r, err := gql.ChangePictures(ctx, x, in)
	if err != nil {
		return nil, err
	}
	if r.FileUpdate == nil {
		return nil, x.Incomplete("fileUpdate is missing from the answer")
	}
	errs := sorted(op, len(cs), r.FileUpdate.UserErrors)
	whole := slices.ContainsFunc(r.FileUpdate.UserErrors, func(e gql.FileError) bool { return row(e.Field) < 0 })
	if !whole || len(cs) == 1 {
		return errs, nil
	}
	for i, ch := range cs {
		one, err := c.Change(ctx, []images.Change{ch})
		if err != nil {
			return nil, err
		}
		errs[i] = one[0]
	}
	return errs, nil
}

// Show implements images.Ties. What each variant shows is read first.
func (c *Client) Show(ctx context.Context, product string, files map[string]string) (map[string]error, error) {
	const op = "ShowPictures"
	ps := make([]images.Pair, 0, len(files))
	for v := range files {
		ps = append(ps, images.Pair{Product: product, Variant: v})
	}
	slices.SortFunc(ps, func(a, b images.Pair) int { return strings.Compare(a.Variant, b.Variant) })
	shown, err := c.Shown(ctx, ps)
	if err != nil {
		return nil, err
	}
	out := map[string]error{}
	var in []gql.ProductVariantAppendMediaInput
	for i, p := range ps {
		switch shown[i].ID {
		case "":
			in = append(in, gql.ProductVariantAppendMediaInput{VariantId: wire.GID("ProductVariant", p.Variant), MediaIds: []string{wire.GID("MediaImage", files[p.Variant])}})
		case files[p.Variant]:
		default:
			out[p.Variant] = &fault.Error{Op: "shopify." + op, Kind: fault.Rejected, Code: images.Own, Err: fmt.Errorf("variant %s shows another picture", p.Variant)}
		}
	}
	for part := range slices.Chunk(in, 100) {
		if err := c.show(ctx, product, part, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// show has variants show files. What is refused is sent again one by one, to know which.
func (c *Client) show(ctx context.Context, product string, in []gql.ProductVariantAppendMediaInput, out map[string]error) error {
	x := c.core.Do(shopify.Call{Op: "ShowPictures", Write: true})
	r, err := gql.ShowPictures(ctx, x, wire.GID("Product", product), in)
	if err != nil {
		return err
	}
	p := r.ProductVariantAppendMedia
	switch {
	case p == nil:
		return x.Incomplete("productVariantAppendMedia is missing from the answer")
	case len(p.UserErrors) == 0:
		return nil
	case len(in) > 1:
		for i := range in {
			if err := c.show(ctx, product, in[i:i+1], out); err != nil {
				return err
			}
		}
		return nil
	}
	code := ""
	if e := p.UserErrors[0].Code; e != nil {
		code = *e
	}
	if code == "PRODUCT_VARIANT_ALREADY_HAS_MEDIA" {
		// Of the request before, or of somebody else: the next look tells.
		code = "NON_READY_MEDIA"
	}
	out[wire.Tail(in[0].VariantId)] = refusal("ShowPictures", code, p.UserErrors[0].Message)
	return nil
}

// Delete implements images.Files.
func (c *Client) Delete(ctx context.Context, ids []string) error {
	const op = "DeletePictures"
	x := c.core.Do(shopify.Call{Op: op, Write: true})
	r, err := gql.DeletePictures(ctx, x, wire.GIDs("MediaImage", ids))
	if err != nil {
		return err
	}
	if r.FileDelete == nil {
		return x.Incomplete("fileDelete is missing from the answer")
	}
	return errors.Join(sorted(op, len(ids), r.FileDelete.UserErrors)...)
}
