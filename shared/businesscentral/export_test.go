package businesscentral

// What the tests beside the package know of it.
const (
	StartBatch = startBatch
	ReadTries  = readTries
	MaxInside  = maxInside
)
