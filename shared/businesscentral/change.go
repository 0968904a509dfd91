package businesscentral

import (
	"context"
	"errors"
	"net/http"

	"backroom/shared/fault"
)

// changeTries bounds how often a change is made again on a fresh copy.
const changeTries = 3

// Contend runs f, which reads a record and writes it with the ETag it read, again
// while somebody else was quicker, or while it is not known whether the write was
// made: reading again shows it.
func (c *Client) Contend(ctx context.Context, f func() error) error {
	var err error
	for n := range changeTries {
		if err = f(); !errors.Is(err, ErrChanged) && fault.KindOf(err) != fault.Unknown || ctx.Err() != nil {
			return err
		}
		if n < changeTries-1 && c.wait(ctx, jitter(firstWait)) != nil {
			return err
		}
	}
	return err
}

// Patch reads the record at path, lets change decide on its ETag, the body to send
// and whether to send it, and gives the record as BC then has it.
func Patch[T any](ctx context.Context, c *Client, op, path string, change func(T) (etag string, body any, ok bool)) (T, error) {
	var out T
	err := c.Contend(ctx, func() error {
		var was T
		if err := c.Get(ctx, Request{Op: op, Path: path, Record: true}, &was); err != nil {
			return err
		}
		etag, body, ok := change(was)
		if !ok {
			out = was
			return nil
		}
		answer, err := c.Send(ctx, Request{Op: op, Method: http.MethodPatch, Path: path, Body: body, Record: true, Match: etag})
		if err != nil {
			return err
		}
		var now T
		if err := Unpack(op, answer, &now); err != nil {
			return err
		}
		out = now
		return nil
	})
	return out, err
}
