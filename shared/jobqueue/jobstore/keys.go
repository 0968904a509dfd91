package jobstore

import (
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

func controlKey() table.Key { return table.Key{PK: "CONTROL", SK: "PAUSES"} }

// schema of everything stored here: 1, since the first release.
const schema = 1

// Keys. Everything of a shop is under one PK, so that access can be limited to it.
//
//	SHOP#<shop>    ENTRY#<id>        job entry; written by people, and by runs only when something about it changes
//	SHOP#<shop>    RUN#<id>          run: accepted, set aside, or ended
//	                                 index 1: SHOP#<shop>#RUNS by time; index 2: ACCEPTED by time, while a message must bring it back
//	SHOP#<shop>    PARTS#<run>       checkpoint and report of a run in progress, where they are large
//	SHOP#<shop>    SLICE#<run>#<n>   a slice's outcome, where it is large
//	SCOPE#<scope>  LOCK#<category>   lock, run in progress and state of the entries; never deleted: the fence must survive
//	SCOPE#<scope>  BEAT#<category>   renewal of the lease, and progress
func entryKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "ENTRY#" + id} }

func runKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "RUN#" + id} }

func partsKey(shop, run string) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: "PARTS#" + run}
}

func sliceKey(shop, run string, n int) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: fmt.Sprintf("SLICE#%s#%05d", run, n)}
}

func lockKey(scope, category string) table.Key {
	return table.Key{PK: "SCOPE#" + scope, SK: "LOCK#" + category}
}

func beatKey(scope, category string) table.Key {
	return table.Key{PK: "SCOPE#" + scope, SK: "BEAT#" + category}
}

const acceptedIndex = "ACCEPTED"

func runsIndex(shop string) string { return "SHOP#" + shop + "#RUNS" }

// sortable is a time whose text orders as time does.
func sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// put stores v at k, where version was read.
func put(k table.Key, version int64, v any) table.Op {
	return record.Put(k, schema, v, table.AsRead(version))
}

// CheckEntry is the condition that e is as it was read.
func CheckEntry(e jobqueue.Entry) table.Op {
	return table.Check(entryKey(e.Shop, e.ID), table.VersionIs(e.Version))
}

// CheckCategory is the condition that c, the category of e, is as it was read.
func CheckCategory(e jobqueue.Entry, c jobqueue.Category) table.Op {
	return table.Check(lockKey(e.Scope, e.Category), table.AsRead(c.Version))
}

// CheckBeat is the condition that b, the renewal of the category of e, is as it was read.
func CheckBeat(e jobqueue.Entry, b jobqueue.Beat) table.Op {
	return table.Check(beatKey(e.Scope, e.Category), table.AsRead(b.Version))
}

// CheckNoRow is the condition that r has no row.
func CheckNoRow(r jobqueue.Run) table.Op { return table.Check(runKey(r.Shop, r.ID), table.Absent) }

// DeleteEntry deletes e as it was read.
func DeleteEntry(e jobqueue.Entry) table.Op {
	return table.Delete(entryKey(e.Shop, e.ID), table.VersionIs(e.Version))
}
