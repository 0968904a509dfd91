// Package imageapi reads and writes pictures of a Shopify shop's products, as package
// images asks for them.
package imageapi

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/images"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads and writes pictures. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var (
	_ images.Files    = (*Client)(nil)
	_ images.Ties     = (*Client)(nil)
	_ images.Products = (*Client)(nil)
)

// New makes a client of the pictures of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// Clock implements cursor.Feed, as do the two below.
func (c *Client) Clock() time.Time { return c.core.Clock() }

// Count counts products.
func (c *Client) Count(ctx context.Context, w cursor.Window, limit int) (int, error) {
	q := wire.Between("updated_at", w.From, w.To)
	r, err := gql.ProductsCount(ctx, c.core.Read("ProductsCount"), &q, limit)
	if err != nil {
		return 0, err
	}
	if r.ProductsCount == nil {
		return 0, wire.Missing("ProductsCount", "productsCount")
	}
	return min(r.ProductsCount.Count, limit), nil
}

// Changed lists products, 250 a page.
func (c *Client) Changed(ctx context.Context, w cursor.Window, page string) (out cursor.Page, err error) {
	var after *string
	if page != "" {
		after = &page
	}
	r, err := gql.PictureProducts(ctx, c.core.Read("PictureProducts"), wire.Between("updated_at", w.From, w.To), after)
	if err != nil {
		return out, err
	}
	for _, n := range r.Products.Nodes {
		out.Changes = append(out.Changes, cursor.Change{ID: wire.Tail(n.Id), UpdatedAt: n.UpdatedAt.UTC()})
	}
	next, err := wire.CursorsAfter(after).Next("PictureProducts", r.Products.PageInfo)
	if err == nil && next != nil {
		out.Next = *next
	}
	return out, err
}

// Shown implements images.Products.
func (c *Client) Shown(ctx context.Context, ps []images.Pair) ([]images.File, error) {
	ids := make([]string, len(ps))
	for i, p := range ps {
		if ids[i] = wire.GID("Product", p.Product); p.Variant != "" {
			ids[i] = wire.GID("ProductVariant", p.Variant)
		}
	}
	out := make([]images.File, len(ps))
	if len(ps) == 0 {
		return out, nil
	}
	r, err := gql.PicturesOf(ctx, c.core.Read("PicturesOf"), ids)
	if err != nil {
		return nil, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, wire.Missing("PicturesOf", "an entry")
	}
	for i, n := range r.Nodes {
		switch n := n.(type) {
		case *gql.PicturesOfNodesProduct:
			if n.FeaturedMedia == nil {
				continue
			}
			if m, ok := (*n.FeaturedMedia).(*gql.PicturesOfNodesProductFeaturedMediaMediaImage); ok {
				out[i] = file(m.PictureFile)
			}
		case *gql.PicturesOfNodesProductVariant:
			if len(n.Media.Nodes) == 0 {
				continue
			}
			if m, ok := n.Media.Nodes[0].(*gql.PictureMediaImage); ok {
				out[i] = file(m.PictureFile)
			}
		}
	}
	return out, nil
}

// file is a file as the domain has it.
func file(f gql.PictureFile) images.File {
	out := images.File{ID: wire.Tail(f.Id), State: images.Working}
	if f.Image != nil {
		out.Address = f.Image.Url
	}
	if o := f.OriginalSource; o != nil {
		if o.Url != nil {
			out.Source = *o.Url
		}
		if o.FileSize != nil {
			out.Bytes = int64(*o.FileSize)
		}
	}
	switch f.FileStatus {
	case "FAILED":
		out.State = images.Useless
		var why []string
		for _, e := range f.FileErrors {
			why = append(why, fmt.Sprintf("%s: %s", e.Code, shopify.Clip(e.Message, 200)))
		}
		out.Problem = strings.Join(why, "; ")
	case "READY":
		// A picture that takes the place of another is usable when it is there.
		if out.Address != "" {
			out.State = images.Usable
		}
	}
	return out
}

// Pauses between looks at files that Shopify works on: small ones take 1 to 4 seconds.
var pauses = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}

// Read implements images.Files.
func (c *Client) Read(ctx context.Context, ids []string) ([]images.File, error) {
	for try := 0; ; try++ {
		out, working, err := c.files(ctx, ids)
		if err != nil || !working || try == len(pauses) || c.core.Pause(ctx, pauses[try]) != nil {
			return out, err
		}
	}
}

// files reads files once; working: Shopify works on one of them.
func (c *Client) files(ctx context.Context, ids []string) (out []images.File, working bool, err error) {
	r, err := gql.PictureFiles(ctx, c.core.Read("PictureFiles"), wire.GIDs("MediaImage", ids))
	if err != nil {
		return nil, false, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, false, wire.Missing("PictureFiles", "an entry")
	}
	out = make([]images.File, len(ids))
	for i, n := range r.Nodes {
		if m, ok := n.(*gql.PictureFilesNodesMediaImage); ok {
			out[i] = file(m.PictureFile)
			working = working || out[i].State == images.Working
		}
	}
	return out, working, nil
}

// Named implements images.Files. The search matches by words, so that the names are
// compared here, as far as a file shows its own: one that Shopify works on does not.
func (c *Client) Named(ctx context.Context, names []string) ([]images.File, error) {
	out := make([]images.File, len(names))
	for i, name := range names {
		r, err := gql.PicturesNamed(ctx, c.core.Read("PicturesNamed"), "media_type:IMAGE filename:"+wire.Quote(name))
		if err != nil {
			return nil, err
		}
		for _, n := range r.Files.Nodes {
			m, ok := n.(*gql.PicturesNamedFilesFileConnectionNodesMediaImage)
			if !ok {
				continue
			}
			f := file(m.PictureFile)
			shown, _, _ := strings.Cut(path.Base(f.Address), "?")
			if f.Address == "" || shown == name {
				out[i] = f
				break
			}
		}
	}
	return out, nil
}

// Download implements images.Products.
func (c *Client) Download(ctx context.Context, address string, most int64) ([]byte, error) {
	if address == "" {
		return nil, &fault.Error{Op: "shopify.Download", Kind: fault.Transient, Err: fmt.Errorf("the picture's original is not told")}
	}
	return c.core.Download(ctx, address, most)
}
