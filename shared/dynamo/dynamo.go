// Package dynamo is the table.Table on DynamoDB: one table, two sparse
// secondary indexes, conditional writes.
package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"backroom/shared/awsfault"
	"backroom/shared/table"
)

// Table is a DynamoDB table. Safe for concurrent use.
//
// Among items of one index key, the order of an index query is DynamoDB's own,
// which it does not promise; index keys that end in the item's id avoid the
// question.
type Table struct {
	client *dynamodb.Client
	name   string
}

var _ table.Table = (*Table)(nil)

// New gives the table called name.
func New(client *dynamodb.Client, name string) *Table {
	return &Table{client: client, name: name}
}

// Get implements table.Table by a consistent read.
func (t *Table) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if err := table.CheckKey(k); err != nil {
		return table.Item{}, fmt.Errorf("table.Get: %w", err)
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: encodeKey(k), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return table.Item{}, awsfault.Wrap(fmt.Sprintf("table.Get(%s, %s)", k.PK, k.SK), err)
	}
	if len(out.Item) == 0 {
		return table.Item{}, fmt.Errorf("table.Get(%s, %s): %w", k.PK, k.SK, table.ErrNotFound)
	}
	return decode(out.Item)
}

// Query implements table.Table by consistent reads.
func (t *Table) Query(ctx context.Context, q table.Query) (table.Page, error) {
	in := t.query(attrPK, attrSK, q.PK, q.Prefix, q.Reverse, q.Limit)
	in.ConsistentRead = aws.Bool(true)
	if q.Page != "" {
		at, err := table.ParseToken(q.Page, 1)
		if err != nil {
			return table.Page{}, fmt.Errorf("table.Query: %w", err)
		}
		in.ExclusiveStartKey = encodeKey(table.Key{PK: q.PK, SK: at[0]})
	}
	return t.page(ctx, "table.Query", in, func(last attributes) string { return table.Token(text(last[attrSK])) })
}

// Index implements table.Table. The indexes project whole items.
func (t *Table) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	if q.N != 1 && q.N != 2 {
		return table.Page{}, fmt.Errorf("table.Index: index %d, want 1 or 2: %w", q.N, table.ErrInvalid)
	}
	pk, sk := indexAttrs(q.N)
	in := t.query(pk, sk, q.PK, q.Prefix, q.Reverse, q.Limit)
	in.IndexName = aws.String(IndexName(q.N))
	if q.Page != "" {
		at, err := table.ParseToken(q.Page, 3)
		if err != nil {
			return table.Page{}, fmt.Errorf("table.Index: %w", err)
		}
		in.ExclusiveStartKey = encodeKey(table.Key{PK: at[1], SK: at[2]})
		in.ExclusiveStartKey[pk], in.ExclusiveStartKey[sk] = str(q.PK), str(at[0])
	}
	return t.page(ctx, "table.Index", in, func(last attributes) string {
		return table.Token(text(last[sk]), text(last[attrPK]), text(last[attrSK]))
	})
}

func (t *Table) query(pk, sk, key, prefix string, reverse bool, limit int) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		TableName: &t.name, KeyConditionExpression: aws.String("#pk = :pk"), ScanIndexForward: aws.Bool(!reverse),
		ExpressionAttributeNames: map[string]string{"#pk": pk}, ExpressionAttributeValues: attributes{":pk": str(key)},
	}
	if prefix != "" {
		in.KeyConditionExpression = aws.String("#pk = :pk AND begins_with(#sk, :prefix)")
		in.ExpressionAttributeNames["#sk"], in.ExpressionAttributeValues[":prefix"] = sk, str(prefix)
	}
	if limit > 0 {
		in.Limit = aws.Int32(int32(min(limit, 1<<20)))
	}
	return in
}

func (t *Table) page(ctx context.Context, op string, in *dynamodb.QueryInput, token func(last attributes) string) (table.Page, error) {
	if text(in.ExpressionAttributeValues[":pk"]) == "" {
		return table.Page{}, nil // nothing has an empty key, and DynamoDB refuses to look
	}
	out, err := t.client.Query(ctx, in)
	if err != nil {
		return table.Page{}, awsfault.Wrap(op, err)
	}
	var p table.Page
	for _, a := range out.Items {
		it, err := decode(a)
		if err != nil {
			return table.Page{}, fmt.Errorf("%s: %w", op, err)
		}
		p.Items = append(p.Items, it)
	}
	if len(out.LastEvaluatedKey) > 0 {
		p.Next = token(out.LastEvaluatedKey)
	}
	return p, nil
}

// Write implements table.Table. One operation is a plain conditional write, at
// half the price of a transaction; a check alone has no such form.
func (t *Table) Write(ctx context.Context, ops ...table.Op) error {
	if err := table.CheckWrite(ops); err != nil {
		return err
	}
	// The SDK gives a transaction a token by which DynamoDB knows its repeats.
	// A plain write has none: repeated after a lost answer, it would meet its
	// own effect and report a conflict.
	single := len(ops) == 1 && ops[0].Verb != table.VerbCheck
	w := awsfault.NewWatch(t.client.Options().Retryer, !single)
	watched := func(o *dynamodb.Options) { o.Retryer = w }
	var err error
	if single {
		err = t.write(ctx, ops[0], watched)
	} else {
		in := &dynamodb.TransactWriteItemsInput{}
		for _, op := range ops {
			in.TransactItems = append(in.TransactItems, t.action(op))
		}
		_, err = t.client.TransactWriteItems(ctx, in, watched)
	}
	if err == nil {
		return nil
	}
	return outcome(err, w)
}

func (t *Table) write(ctx context.Context, op table.Op, opts ...func(*dynamodb.Options)) (err error) {
	switch a := t.action(op); {
	case a.Put != nil:
		_, err = t.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: a.Put.TableName, Item: a.Put.Item, ConditionExpression: a.Put.ConditionExpression,
			ExpressionAttributeNames: a.Put.ExpressionAttributeNames, ExpressionAttributeValues: a.Put.ExpressionAttributeValues,
		}, opts...)
	case a.Update != nil:
		_, err = t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: a.Update.TableName, Key: a.Update.Key, UpdateExpression: a.Update.UpdateExpression,
			ExpressionAttributeNames: a.Update.ExpressionAttributeNames, ExpressionAttributeValues: a.Update.ExpressionAttributeValues,
		}, opts...)
	case a.Delete != nil:
		_, err = t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: a.Delete.TableName, Key: a.Delete.Key, ConditionExpression: a.Delete.ConditionExpression,
			ExpressionAttributeNames: a.Delete.ExpressionAttributeNames, ExpressionAttributeValues: a.Delete.ExpressionAttributeValues,
		}, opts...)
	}
	return err
}

// outcome says in the contract's words how a write failed.
func outcome(err error, w *awsfault.Watch) error {
	// After a lost answer only a transaction's cancellation tells anything:
	// its token makes it the answer to every attempt.
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	switch {
	case ok:
		return fmt.Errorf("table.Write: %w: %w", reason(cancelled), err)
	case w.MayHaveWorked(err):
		return fmt.Errorf("table.Write: %w: %w", table.ErrUnknown, err)
	}
	switch awsfault.Code(err) {
	case "ConditionalCheckFailedException", "TransactionConflictException":
		return fmt.Errorf("table.Write: %w: %w", table.ErrConflict, err)
	}
	return awsfault.Wrap("table.Write", err)
}

var errCancelled = errors.New("transaction cancelled, nothing written")

// reason is what cancelled a transaction; a condition that failed wins, since
// repeating the same write cannot help then.
func reason(e *types.TransactionCanceledException) error {
	why := errCancelled
	for _, r := range e.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "ConditionalCheckFailed", "TransactionConflict":
			return table.ErrConflict
		case "ThrottlingError", "ProvisionedThroughputExceeded":
			why = errThrottled
		}
	}
	return why
}
