package dynamo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"backroom/shared/fault"
	"backroom/shared/table"
)

// The table's attributes. Names are short: DynamoDB counts them in every item.
const (
	attrPK      = "pk"
	attrSK      = "sk"
	attrVersion = "v"
	attrData    = "d"
	attrExpires = "expires" // whole seconds since 1970: the table's TTL attribute
)

// IndexName is the name of index n, 1 or 2. Its keys are x<n>pk and x<n>sk; it
// projects all attributes.
func IndexName(n int) string { return "index" + strconv.Itoa(n) }

func indexAttrs(n int) (pk, sk string) { return fmt.Sprintf("x%dpk", n), fmt.Sprintf("x%dsk", n) }

// errThrottled says of a cancelled transaction that the table is busy.
var errThrottled = &fault.Error{Op: "table.Write", Kind: fault.Throttled, Code: "ThrottlingError", Err: errCancelled}

type attributes = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func whole(v types.AttributeValue) (int64, error) {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("%T is no number", v)
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

func encodeKey(k table.Key) attributes { return attributes{attrPK: str(k.PK), attrSK: str(k.SK)} }

// fields are the attributes of an item apart from key and version, and the
// names of those that it lacks.
func fields(it table.Item) (has attributes, lacks []string) {
	has = attributes{}
	for n := 1; n <= 2; n++ {
		pk, sk := indexAttrs(n)
		if x := it.Index(n); x != (table.IndexKey{}) {
			has[pk], has[sk] = str(x.PK), str(x.SK)
		} else {
			lacks = append(lacks, pk, sk)
		}
	}
	if it.Expires.IsZero() {
		lacks = append(lacks, attrExpires)
	} else {
		has[attrExpires] = number(it.Expires.Unix())
	}
	if len(it.Data) == 0 {
		lacks = append(lacks, attrData)
	} else {
		has[attrData] = &types.AttributeValueMemberB{Value: it.Data}
	}
	return has, lacks
}

func decode(a attributes) (table.Item, error) {
	it := table.Item{Key: table.Key{PK: text(a[attrPK]), SK: text(a[attrSK])}}
	var err error
	if it.Version, err = whole(a[attrVersion]); err != nil {
		return it, fmt.Errorf("item %s, %s: attribute %s: %w", it.PK, it.SK, attrVersion, err)
	}
	for n, x := range []*table.IndexKey{&it.Index1, &it.Index2} {
		pk, sk := indexAttrs(n + 1)
		x.PK, x.SK = text(a[pk]), text(a[sk])
	}
	if v, ok := a[attrExpires]; ok {
		at, err := whole(v)
		if err != nil {
			return it, fmt.Errorf("item %s, %s: attribute %s: %w", it.PK, it.SK, attrExpires, err)
		}
		it.Expires = time.Unix(at, 0).UTC()
	}
	if b, ok := a[attrData].(*types.AttributeValueMemberB); ok {
		it.Data = b.Value
	}
	return it, nil
}

// condition is c as an expression, nil if it always holds.
func condition(c table.Cond) (expr *string, names map[string]string, values attributes) {
	if n, ok := c.Version(); ok {
		return aws.String("#v = :v"), map[string]string{"#v": attrVersion}, attributes{":v": number(n)}
	}
	if c.IsAbsent() {
		return aws.String("attribute_not_exists(#pk)"), map[string]string{"#pk": attrPK}, nil
	}
	return nil, nil, nil
}

// action is op as one action of a transaction.
//
// A put whose condition tells the version it follows is a PutItem. One without
// condition must count the version up from what it finds: an UpdateItem that
// sets what the item has and removes what it lacks.
func (t *Table) action(op table.Op) types.TransactWriteItem {
	expr, names, values := condition(op.Cond)
	key := encodeKey(op.Item.Key)
	switch op.Verb {
	case table.VerbDelete:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: &t.name, Key: key, ConditionExpression: expr, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		}}
	case table.VerbCheck:
		if expr == nil { // holds always, and DynamoDB wants an expression
			expr, names = aws.String("attribute_exists(#pk) OR attribute_not_exists(#pk)"), map[string]string{"#pk": attrPK}
		}
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &t.name, Key: key, ConditionExpression: expr, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		}}
	case table.VerbPut:
	}
	has, lacks := fields(op.Item)
	if expr == nil {
		return types.TransactWriteItem{Update: t.update(key, has, lacks)}
	}
	version, _ := op.Cond.Version() // 0 if it must be absent
	has[attrPK], has[attrSK], has[attrVersion] = key[attrPK], key[attrSK], number(version+1)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &t.name, Item: has, ConditionExpression: expr, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}}
}

func (t *Table) update(key, has attributes, lacks []string) *types.Update {
	names, values := map[string]string{"#v": attrVersion}, attributes{":one": number(1)}
	var set, remove []string
	for name, v := range has {
		names["#"+name], values[":"+name] = name, v
		set = append(set, "#"+name+" = :"+name)
	}
	for _, name := range lacks {
		names["#"+name] = name
		remove = append(remove, "#"+name)
	}
	expr := "ADD #v :one"
	if len(set) > 0 {
		expr += " SET " + strings.Join(set, ", ")
	}
	if len(remove) > 0 {
		expr += " REMOVE " + strings.Join(remove, ", ")
	}
	return &types.Update{TableName: &t.name, Key: key, UpdateExpression: &expr, ExpressionAttributeNames: names, ExpressionAttributeValues: values}
}
