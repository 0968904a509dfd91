package creditmemos

import (
	"context"

	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// Change is what is put right in a draft: its header, or some of its lines.
type Change struct {
	Meant  sales.Document
	Found  sales.Found
	Header bool  // the header's fields, with its discount fixed at 0
	Lines  []int // sequences of lines whose quantity, price and discount are written; of Taxed the tax code too
	Taxed  []int
}

// Target is the credit memos of a BC company. Errors carry a fault.Kind. Numbers of
// external documents are compared as codes.
type Target interface {
	// CreateMemos creates each as a draft with its lines, at most 100, in one $batch
	// with continue-on-error. Answers are in the order of the arguments, with lines.
	CreateMemos(ctx context.Context, docs []sales.Document) ([]outbound.Created[sales.Found], error)
	// FindMemos finds drafts and posted memos by external document number, without
	// their lines: at most 200 numbers.
	FindMemos(ctx context.Context, externalNumbers []string) ([]sales.Found, error)
	// ReadMemos reads memos with their lines, at most 100.
	ReadMemos(ctx context.Context, ids []string) ([]outbound.Created[sales.Found], error)
	// ChangeMemo makes a change under the mark of what was found, and answers the memo
	// as it then is, also with an error of some of the writes.
	ChangeMemo(ctx context.Context, ch Change) (sales.Found, error)
	// DeleteMemo deletes a draft under the mark of what was found. What is no draft is
	// Rejected; what is gone already is success.
	DeleteMemo(ctx context.Context, f sales.Found) error
}
