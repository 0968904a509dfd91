package jobstore

import "backroom/shared/language"

// French is what stored entries and runs say.
var French = language.Phrases{
	"no such entry or run":         "cette tâche ou cette exécution n'existe pas",
	"jobqueue: entry {} of {}: {}": "tâche {!} de {!} : {}",
	"jobqueue: run {} of {}: {}":   "exécution {!} de {!} : {}",
	"others change the same at this moment and were first each time; nothing was written: repeat it": "d'autres modifient la même chose en ce moment et ont été les premiers à chaque fois ; rien n'a été écrit : recommencez",
	"too large": "trop grand",
	"a checkpoint of {} bytes and a report of {} do not fit into an item":                      "un point de reprise de {!} octets et un rapport de {!} ne tiennent pas dans un élément",
	"It does not run again by itself: make it ready once the fault is mended.":                 "Elle ne s'exécute plus d'elle-même : rendez-la prête une fois la défaillance corrigée.",
	"It runs again at its next time; to have it run before, restart it.":                       "Elle s'exécute de nouveau à sa prochaine heure ; pour l'exécuter avant, relancez-la.",
	"It does not run again by itself: make it ready, or restart it, once the cause is mended.": "Elle ne s'exécute plus d'elle-même : rendez-la prête, ou relancez-la, une fois la cause corrigée.",
}
