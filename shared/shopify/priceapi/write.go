package priceapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/Khan/genqlient/graphql"
	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/prices"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// variables are those of ChangePrices. They are written by hand because a price that is
// null goes, while one that is left out stays.
type variables struct {
	Product  string    `json:"productId"`
	Variants []variant `json:"variants"`
}

type variant struct {
	ID        string  `json:"id"`
	Price     string  `json:"price"`
	CompareAt *amount `json:"compareAtPrice,omitempty"`
	Stock     *stock  `json:"inventoryItem,omitempty"`
}

type stock struct {
	Cost string `json:"cost"`
}

// amount is a price, 0 as null.
type amount decimal.Decimal

// MarshalJSON writes the price as text.
func (a amount) MarshalJSON() ([]byte, error) {
	if d := decimal.Decimal(a); !d.IsZero() {
		return json.Marshal(d.String())
	}
	return []byte("null"), nil
}

func variablesOf(c prices.Changes) variables {
	v := variables{Product: wire.GID("Product", c.Product)}
	for _, ch := range c.Changes {
		in := variant{ID: wire.GID("ProductVariant", ch.Variant), Price: ch.Price.String(), CompareAt: (*amount)(ch.CompareAt)}
		if ch.Cost != nil {
			in.Stock = &stock{Cost: ch.Cost.String()}
		}
		v.Variants = append(v.Variants, in)
	}
	return v
}

// Change implements prices.Shop.
func (c *Client) Change(ctx context.Context, cs prices.Changes) (prices.Answered, error) {
	const op = "ChangePrices"
	x := c.core.Do(shopify.Call{Op: op, Write: true, PerRoot: true})
	var data gql.ChangePricesResponse
	err := x.MakeRequest(ctx, &graphql.Request{OpName: op, Query: gql.ChangePrices_Operation, Variables: variablesOf(cs)}, &graphql.Response{Data: &data})
	if err != nil {
		return prices.Answered{}, err
	}
	if f := x.Root("productVariantsBulkUpdate"); f != nil {
		return prices.Answered{}, f
	}
	if data.ProductVariantsBulkUpdate == nil {
		return prices.Answered{}, x.Incomplete("productVariantsBulkUpdate is missing from the answer")
	}
	r, err := answerOf(*data.ProductVariantsBulkUpdate)
	if err != nil {
		return prices.Answered{}, x.Unexpected(err)
	}
	return r.Answered(cs.Changes), nil
}

// answerOf is what became of the changes of a product.
func answerOf(p gql.ChangedPrices) (r prices.RowAnswer, err error) {
	for _, v := range p.ProductVariants {
		s, err := shownOf(v)
		if err != nil {
			return r, err
		}
		r.Shown = append(r.Shown, s)
	}
	for _, e := range p.UserErrors {
		if r.Refused == nil {
			r.Refused = map[int]error{}
		}
		f := shopify.Refused("the price", []gql.UserError{{Field: e.Field, Message: e.Message}})
		if f.Op = "shopify.ChangePrices"; e.Code != nil {
			f.Code = *e.Code
		}
		r.Refused[row(e.Field)] = f
	}
	return r, nil
}

// row is the index of the change that an error is about: ["variants","1","price"]; -1: all
// of them.
func row(field []string) int {
	if len(field) < 2 || field[0] != "variants" {
		return -1
	}
	n, err := strconv.Atoi(field[1])
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// BeginChanges implements prices.Shop: a file with a line for each product is uploaded,
// and the mutation of Change is run with each line.
func (c *Client) BeginChanges(ctx context.Context, cs []prices.Changes) (string, error) {
	const op = "RunBulkChanges"
	var file bytes.Buffer
	for _, ch := range cs {
		line, err := json.Marshal(variablesOf(ch))
		if err != nil {
			return "", &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Err: err}
		}
		file.Write(line)
		file.WriteByte('\n')
	}
	path, err := c.upload(ctx, file.Bytes())
	if err != nil {
		return "", err
	}
	x := c.core.Do(shopify.Call{Op: op, Write: true})
	r, err := gql.RunBulkChanges(ctx, x, gql.ChangePrices_Operation, path)
	if err != nil {
		return "", err
	}
	run := r.BulkOperationRunMutation
	switch {
	case run == nil:
		return "", x.Incomplete("bulkOperationRunMutation is missing from the answer")
	case len(run.UserErrors) > 0:
		e := run.UserErrors[0]
		return "", notBegun(op, e.Code, e.Field, e.Message)
	case run.BulkOperation == nil:
		return "", x.Incomplete("the bulk operation is missing from the answer")
	}
	return wire.Tail(run.BulkOperation.Id), nil
}

// upload uploads the variables of a bulk operation, and answers the path that names them.
func (c *Client) upload(ctx context.Context, content []byte) (string, error) {
	const op, name, mime = "StagePrices", "prices.jsonl", "text/jsonl"
	post, size := "POST", strconv.Itoa(len(content))
	// What is staged is nothing before an operation is run with it.
	r, err := gql.StagePrices(ctx, c.core.Read(op), []gql.StagedUploadInput{{
		Resource: "BULK_MUTATION_VARIABLES", Filename: name, MimeType: mime, HttpMethod: &post, FileSize: &size,
	}})
	if err != nil {
		return "", err
	}
	p := r.StagedUploadsCreate
	switch {
	case p == nil:
		return "", wire.Missing(op, "stagedUploadsCreate")
	case len(p.UserErrors) > 0:
		f := shopify.Refused("the prices", p.UserErrors)
		f.Op, f.Kind = "shopify."+op, fault.Bug
		return "", f
	case len(p.StagedTargets) != 1 || p.StagedTargets[0].Url == nil:
		return "", wire.Missing(op, "the target")
	}
	var fields [][2]string
	path := ""
	for _, f := range p.StagedTargets[0].Parameters {
		fields = append(fields, [2]string{f.Name, f.Value})
		if f.Name == "key" {
			path = f.Value
		}
	}
	if path == "" {
		return "", wire.Missing(op, "the key")
	}
	return path, c.core.UploadForm(ctx, *p.StagedTargets[0].Url, fields, shopify.FormFile{Name: name, Mime: mime, Content: content})
}

// AllChanged implements prices.Shop.
func (c *Client) AllChanged(ctx context.Context, b prices.Bulk, f func(line int, a prices.RowAnswer) error) error {
	const op = "BulkChanges"
	if b.URL == "" {
		return nil
	}
	return c.core.Lines(ctx, op, b.URL, func(text []byte) error {
		var l struct {
			Data struct {
				Changed *gql.ChangedPrices `json:"productVariantsBulkUpdate"`
			} `json:"data"`
			Errors []struct {
				Message string `json:"message"`
			} `json:"errors"`
			Line *int `json:"__lineNumber"`
		}
		err := json.Unmarshal(text, &l)
		if err == nil && l.Line == nil {
			err = errors.New("a row without a line number")
		}
		var a prices.RowAnswer
		switch {
		case err != nil:
		case l.Data.Changed != nil:
			a, err = answerOf(*l.Data.Changed)
		case len(l.Errors) > 0:
			a.Refused = map[int]error{-1: shopify.Refused("the price", []gql.UserError{{Message: l.Errors[0].Message}})}
		}
		if err != nil {
			return &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: fmt.Errorf("%w: %.100s", err, text)}
		}
		return f(*l.Line, a)
	})
}
