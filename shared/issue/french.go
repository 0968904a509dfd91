package issue

// french are the texts of the reasons that are of no domain.
var french = Texts{
	SystemFailure: {Text: "Une défaillance de notre côté a empêché de traiter {}.", WayOut: "Il n'y a rien à faire : un nouvel essai se fait automatiquement ; prévenez l'assistance si cela dure."},
}
