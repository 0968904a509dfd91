package dynamo_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/dynamo"
	"backroom/shared/dynamo/dynamotest"
	"backroom/shared/fault"
	"backroom/shared/table"
	"backroom/shared/table/tabletest"
)

func open(f func(op string, n int) awswire.Fault) (*dynamo.Table, *awswire.Transport) {
	tr := &awswire.Transport{Handler: dynamotest.New(time.Now), Fault: f}
	return dynamo.New(dynamodb.NewFromConfig(awswire.Config(tr)), "backroom"), tr
}

func TestTable(t *testing.T) {
	tabletest.Run(t, func(*testing.T) tabletest.Harness {
		tb, _ := open(nil)
		return tabletest.Harness{Table: tb}
	})
}

func TestTableWhoseIndexesTrail(t *testing.T) {
	tabletest.Run(t, func(*testing.T) tabletest.Harness {
		var mu sync.Mutex
		at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		now := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return at
		}
		server := dynamotest.New(now)
		server.IndexLag = 20 * time.Second
		return tabletest.Harness{
			Table: dynamo.New(dynamodb.NewFromConfig(awswire.Config(&awswire.Transport{Handler: server})), "backroom"),
			Settle: func() {
				mu.Lock()
				defer mu.Unlock()
				at = at.Add(server.IndexLag)
			},
		}
	})
}

func item(sk, data string) table.Item {
	return table.Item{Key: table.Key{PK: "p", SK: sk}, Data: []byte(data)}
}

// Each row is what happens to the requests of one Write, what the caller is
// told, and whether it is stored in the end.
func TestWhatAFailedWriteSays(t *testing.T) {
	first := func(f awswire.Fault) func(int) awswire.Fault {
		return func(n int) awswire.Fault {
			if n == 1 {
				return f
			}
			return awswire.None
		}
	}
	always := func(f awswire.Fault) func(int) awswire.Fault { return func(int) awswire.Fault { return f } }
	then := func(fs ...awswire.Fault) func(int) awswire.Fault {
		return func(n int) awswire.Fault { return fs[min(n, len(fs))-1] }
	}
	one := []table.Op{table.Put(item("a", "x"), table.Absent)}
	two := append([]table.Op{table.Put(item("b", "y"), table.Absent)}, one...)
	tests := []struct {
		name   string
		ops    []table.Op
		faults func(n int) awswire.Fault
		want   error // nil: success
		kind   fault.Kind
		stored bool
	}{
		{"throttled once: nothing happened, so it is repeated", one, first(awswire.Busy), nil, "", true},
		{"throttled to the end", one, always(awswire.Busy), nil, fault.Throttled, false},
		{"500 before the effect cannot be told from after", one, first(awswire.Before), table.ErrUnknown, fault.Transient, false},
		{"500 after the effect", one, first(awswire.After), table.ErrUnknown, fault.Transient, true},
		{"a lost answer is not repeated into a false conflict", one, first(awswire.Lost), table.ErrUnknown, fault.Transient, true},
		{"a transaction is repeated under its token", two, first(awswire.Lost), nil, "", true},
		{"a transaction whose answers are all lost", two, always(awswire.Lost), table.ErrUnknown, fault.Transient, true},
		{"a transaction throttled after a lost answer", two, then(awswire.Lost, awswire.Busy), table.ErrUnknown, fault.Transient, true},
		{"a transaction throttled to the end", two, always(awswire.Busy), nil, fault.Throttled, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tb, _ := open(func(op string, n int) awswire.Fault {
				if op == "GetItem" {
					return awswire.None
				}
				return tt.faults(n)
			})
			err := tb.Write(t.Context(), tt.ops...)
			if tt.want != nil && !errors.Is(err, tt.want) || fault.KindOf(err) != tt.kind {
				t.Errorf("Write: %v of kind %q, want %v of kind %q", err, fault.KindOf(err), tt.want, tt.kind)
			}
			if _, err := tb.Get(t.Context(), item("a", "").Key); (err == nil) != tt.stored {
				t.Errorf("stored: %v, want %v", err == nil, tt.stored)
			}
		})
	}
}

func TestReadsAreRepeated(t *testing.T) {
	tb, tr := open(func(_ string, n int) awswire.Fault {
		if n == 1 {
			return awswire.Lost
		}
		return awswire.None
	})
	if _, err := tb.Get(t.Context(), table.Key{PK: "p", SK: "s"}); !errors.Is(err, table.ErrNotFound) || tr.Calls("GetItem") != 2 {
		t.Errorf("Get: %v after %d requests", err, tr.Calls("GetItem"))
	}
}

func TestOneOperationIsNoTransaction(t *testing.T) {
	tb, tr := open(nil)
	for _, op := range []table.Op{table.Put(item("a", "x"), table.Absent), table.Put(item("a", "y"), table.Always), table.Delete(item("a", "").Key, table.VersionIs(2))} {
		if err := tb.Write(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	if n := tr.Calls("TransactWriteItems"); n != 0 {
		t.Errorf("%d transactions, which cost double", n)
	}
	for _, op := range []string{"PutItem", "UpdateItem", "DeleteItem"} {
		if n := tr.Calls(op); n != 1 {
			t.Errorf("%s: %d calls", op, n)
		}
	}
}
