package task

import "backroom/shared/language"

// French is what the frame of all tasks says.
var French = language.Phrases{
	"The job's parameters are wrong: {}": "Les paramètres de la tâche sont faux : {}",
}
