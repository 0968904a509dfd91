package disputes

import "backroom/shared/language"

// French is what the task says beside its reasons: of its runs, and of the rights that it needs.
var French = language.Phrases{
	"reading disputes":                         "lecture des litiges",
	"disputes; without it there are none here": "litiges ; sans ce droit il n'y en a pas ici",
	"the order that a dispute is about":        "la commande sur laquelle porte un litige",
}
