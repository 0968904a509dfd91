package table_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/memory"
	"backroom/shared/table"
)

// Two writers at one item: the second is told that it has read an earlier version,
// reads again and repeats.
func Example() {
	ctx := context.Background()
	var t table.Table = memory.NewTable(time.Now)
	counter := table.Key{PK: "SHOP#acme", SK: "COUNTER"}
	if err := t.Write(ctx, table.Put(table.Item{Key: counter, Data: []byte("1")}, table.Absent)); err != nil {
		fmt.Println(err)
	}
	read, _ := t.Get(ctx, counter)

	// Somebody else was faster.
	_ = t.Write(ctx, table.Put(table.Item{Key: counter, Data: []byte("2")}, table.VersionIs(read.Version)))

	err := t.Write(ctx, table.Put(table.Item{Key: counter, Data: []byte("2, too")}, table.VersionIs(read.Version)))
	fmt.Println("conflict:", errors.Is(err, table.ErrConflict))

	read, _ = t.Get(ctx, counter)
	err = t.Write(ctx, table.Put(table.Item{Key: counter, Data: []byte("3")}, table.VersionIs(read.Version)))
	read, _ = t.Get(ctx, counter)
	fmt.Printf("%s at version %d, %v\n", read.Data, read.Version, err)
	// Output:
	// conflict: true
	// 3 at version 3, <nil>
}

// All operations of a Write are made or none: an order is stored only while nobody
// has paused its shop.
func ExampleCheck() {
	ctx := context.Background()
	t := memory.NewTable(time.Now)
	paused, order := table.Key{PK: "SHOP#acme", SK: "PAUSED"}, table.Item{Key: table.Key{PK: "SHOP#acme#ORD", SK: "1001"}}

	fmt.Println(t.Write(ctx, table.Check(paused, table.Absent), table.Put(order, table.Absent)))

	_ = t.Write(ctx, table.Put(table.Item{Key: paused}, table.Always))
	order.SK = "1002"
	fmt.Println(t.Write(ctx, table.Check(paused, table.Absent), table.Put(order, table.Absent)) != nil)
	_, err := t.Get(ctx, order.Key)
	fmt.Println(errors.Is(err, table.ErrNotFound))
	// Output:
	// <nil>
	// true
	// true
}

// A query gives the items of one PK in the order of their SK, page by page.
func ExampleQuery() {
	ctx := context.Background()
	t := memory.NewTable(time.Now)
	for _, sk := range []string{"order#3", "order#1", "customer#1", "order#2"} {
		_ = t.Write(ctx, table.Put(table.Item{Key: table.Key{PK: "SHOP#acme", SK: sk}}, table.Absent))
	}
	q := table.Query{PK: "SHOP#acme", Prefix: "order#", Limit: 2}
	for {
		page, err := t.Query(ctx, q)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, it := range page.Items {
			fmt.Println(it.SK)
		}
		if q.Page = page.Next; q.Page == "" {
			return
		}
	}
	// Output:
	// order#1
	// order#2
	// order#3
}
