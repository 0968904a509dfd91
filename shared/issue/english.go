package issue

// english are the texts of the reasons that are of no domain.
var english = Texts{
	SystemFailure: {Text: "{} could not be handled because of a failure on our side.", WayOut: "Nothing to do: it is tried again by itself; tell support if it stays."},
}
