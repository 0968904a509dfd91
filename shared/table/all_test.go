package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/table"
)

// torn fails from the third page on.
type torn struct {
	table.Table

	pages int
}

var errTorn = errors.New("torn")

func (t *torn) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if t.pages++; t.pages > 2 {
		return table.Page{}, errTorn
	}
	return t.Table.Query(ctx, q)
}

func TestAll(t *testing.T) {
	tb, want := memory.NewTable(time.Now), []string{}
	for i := range 10 {
		sk := fmt.Sprintf("%02d", i)
		want = append(want, sk)
		if err := tb.Write(t.Context(), table.Put(table.Item{Key: table.Key{PK: "A", SK: sk}, Index2: table.IndexKey{PK: "B", SK: sk}}, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	broken := &torn{Table: tb}
	for name, c := range map[string]struct {
		walk func(yield func(table.Item, error) bool)
		most int // 0: to the end
		want []string
		err  error
	}{
		"by pages":         {walk: table.All(t.Context(), tb, table.Query{PK: "A", Limit: 3}), want: want},
		"backwards":        {walk: table.All(t.Context(), tb, table.Query{PK: "A", Limit: 10, Reverse: true}), want: []string{"09", "08", "07", "06", "05", "04", "03", "02", "01", "00"}},
		"of an index":      {walk: table.AllOfIndex(t.Context(), tb, table.IndexQuery{N: 2, PK: "B", Limit: 4}), want: want},
		"of nothing":       {walk: table.All(t.Context(), tb, table.Query{PK: "none"})},
		"no further":       {walk: table.All(t.Context(), tb, table.Query{PK: "A", Limit: 3}), most: 4, want: want[:4]},
		"until it is torn": {walk: table.All(t.Context(), broken, table.Query{PK: "A", Limit: 3}), want: want[:6], err: errTorn},
	} {
		var got []string
		var failed error
		for it, err := range c.walk {
			if err != nil {
				failed = err
				continue
			}
			if got = append(got, it.SK); len(got) == c.most {
				break
			}
		}
		if !slices.Equal(got, c.want) || !errors.Is(failed, c.err) {
			t.Errorf("%s: %v, %v; want %v, %v", name, got, failed, c.want, c.err)
		}
	}
	if broken.pages != 3 {
		t.Errorf("%d pages were read of a table that fails from the third on", broken.pages)
	}
}
