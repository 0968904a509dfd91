package memory_test

import (
	"testing"
	"time"

	"backroom/shared/memory"
	"backroom/shared/table/tabletest"
)

func TestTable(t *testing.T) {
	tabletest.Run(t, func(*testing.T) tabletest.Harness {
		return tabletest.Harness{Table: memory.NewTable(time.Now)}
	})
}

func TestTableWithStaleIndex(t *testing.T) {
	tabletest.Run(t, func(*testing.T) tabletest.Harness {
		now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		tab := memory.NewTable(func() time.Time { return now })
		tab.IndexLag = time.Minute
		return tabletest.Harness{Table: tab, Settle: func() { now = now.Add(time.Minute) }}
	})
}
