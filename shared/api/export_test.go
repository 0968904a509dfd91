package api

// Status is the status of the answer to an error.
func Status(err error) int { return ProblemFor(err).Status }
