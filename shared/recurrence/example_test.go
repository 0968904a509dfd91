package recurrence_test

import (
	"fmt"
	"time"

	"backroom/shared/recurrence"
)

// Every 30 minutes on working days from 08:00 to 18:00, by the shop's clock.
func Example() {
	rule := recurrence.Rule{
		Every: 30 * time.Minute, StartingTime: recurrence.At(8, 0), EndingTime: recurrence.At(18, 0), Zone: "Europe/Berlin",
		Weekdays: recurrence.Days(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday),
	}
	if err := rule.Validate(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(rule.Words())

	friday := time.Date(2026, 11, 27, 16, 40, 0, 0, time.UTC) // 17:40 in Berlin
	for range 3 {
		friday, _ = rule.Next(friday)
		fmt.Println(friday.UTC().Format("Mon 15:04 MST"))
	}
	// Output:
	// every 30 min, 08:00 to 18:00, mon, tue, wed, thu, fri
	// Fri 17:00 UTC
	// Mon 07:00 UTC
	// Mon 07:30 UTC
}

// A rule that cannot be says all that is wrong with it.
func ExampleRule_Validate() {
	rule := recurrence.Rule{Every: 90 * time.Second, StartingTime: "25:00", Zone: "Berlin"}
	for _, p := range rule.Problems() {
		fmt.Println(p.Field)
	}
	// Output:
	// every
	// zone
	// starting time
}

// After empty runs the cadence stretches, up to the limit.
func ExampleRule_NextIdle() {
	rule := recurrence.Rule{Every: 10 * time.Minute, IdleLimit: time.Hour, EarliestStart: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)}
	for _, empty := range []int{0, 3, 4, 5, 20} {
		next, _ := rule.NextIdle(rule.EarliestStart, empty)
		fmt.Println(empty, "empty runs:", next.Format("15:04"))
	}
	// Output:
	// 0 empty runs: 08:10
	// 3 empty runs: 08:20
	// 4 empty runs: 08:40
	// 5 empty runs: 08:40
	// 20 empty runs: 08:40
}

// A rule of Business Central's date formula: the next run follows from the end of
// the last one.
func ExampleRule_Chained() {
	rule := recurrence.Rule{Formula: "CM+1D", StartingTime: recurrence.At(6, 30), Zone: "Europe/Berlin"}
	next, ok := rule.Next(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC))
	fmt.Println(rule.Chained(), next.UTC(), ok)
	// Output:
	// true 2026-12-01 05:30:00 +0000 UTC true
}
