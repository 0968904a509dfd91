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

func put(k table.Key, version int64, v any, more ...func(*table.Item)) (table.Op, error) {
	data, err := record.Encode(schema, v)
	if err != nil {
		return table.Op{}, err
	}
	return putData(k, version, data, more...), nil
}

func putData(k table.Key, version int64, data []byte, more ...func(*table.Item)) table.Op {
	it := table.Item{Key: k, Data: data}
	for _, m := range more {
		m(&it)
	}
	if version == 0 {
		return table.Put(it, table.Absent)
	}
	return table.Put(it, table.VersionIs(version))
}

// versionIs is the condition that an item is as it was read; 0: it was not there.
func versionIs(version int64) table.Cond {
	if version == 0 {
		return table.Absent
	}
	return table.VersionIs(version)
}

// CheckEntry is the condition that e is as it was read.
func CheckEntry(e jobqueue.Entry) table.Op {
	return table.Check(entryKey(e.Shop, e.ID), table.VersionIs(e.Version))
}

// CheckCategory is the condition that c, the category of e, is as it was read.
func CheckCategory(e jobqueue.Entry, c jobqueue.Category) table.Op {
	return table.Check(lockKey(e.Scope, e.Category), versionIs(c.Version))
}

// CheckBeat is the condition that b, the renewal of the category of e, is as it was read.
func CheckBeat(e jobqueue.Entry, b jobqueue.Beat) table.Op {
	return table.Check(beatKey(e.Scope, e.Category), versionIs(b.Version))
}

// CheckNoRow is the condition that r has no row.
func CheckNoRow(r jobqueue.Run) table.Op { return table.Check(runKey(r.Shop, r.ID), table.Absent) }

// DeleteEntry deletes e as it was read.
func DeleteEntry(e jobqueue.Entry) table.Op {
	return table.Delete(entryKey(e.Shop, e.ID), table.VersionIs(e.Version))
}
