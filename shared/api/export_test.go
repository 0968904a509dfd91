package api

// Status is the status of the answer to an error.
func Status(err error) int { return ProblemFor(err).Status }

// Kinds are what problems say, by language.
var Kinds = kinds

// Title and Remedy are what is said of a code.
func (k kind) Title() string  { return k.title }
func (k kind) Remedy() string { return k.remedy }
