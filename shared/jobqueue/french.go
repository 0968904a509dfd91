package jobqueue

import "backroom/shared/language"

// French is what entries and runs say. Statuses, outcomes and names of parameters stay.
var French = language.Joined(frenchRuns, language.Phrases{
	"{} days":    "{!} jours",
	"{} hours":   "{!} heures",
	"{} minutes": "{!} minutes",
	"1 minute":   "1 minute",

	"The run failed for a passing reason and is tried again by itself.":            "L'exécution a échoué pour une raison passagère et est réessayée d'elle-même.",
	"The run failed for a passing reason, and its only attempt is used up.":        "L'exécution a échoué pour une raison passagère, et son unique tentative est épuisée.",
	"The run failed for a passing reason, as all {} attempts did.":                 "L'exécution a échoué pour une raison passagère, comme les {!} tentatives.",
	"Its stored times were {} ahead of the clock; they were set right at {}.":      "Ses heures enregistrées étaient en avance de {} sur l'horloge ; elles ont été rectifiées le {!}.",
	"jobs {} and {} may run at the same time, and both write {}: give them one {}": "les tâches {!} et {} peuvent s'exécuter en même temps, et toutes deux écrivent {&} : donnez-leur une même {}",
	"{} of shop {}":      "{!} de la boutique {!}",
	"category":           "catégorie",
	"category and scope": "catégorie et portée",

	"1 to 40 of letters, digits, - _ . and not dots alone": "de 1 à 40 lettres, chiffres, - _ . et pas seulement des points",
	"one of {}":              "parmi {!}",
	"at most 250 bytes":      "250 octets au plus",
	"high, normal or low":    "high, normal ou low",
	"maximum attempts":       "nombre maximal de tentatives",
	"earliest start":         "début au plus tôt",
	"rerun delay":            "délai de reprise",
	"run timeout":            "durée maximale d'une exécution",
	"false when it recurs":   "false quand elle se répète",
	"1 to 11 runs":           "de 1 à 11 exécutions",
	"0s to 1h":               "de 0s à 1h",
	"0s (12h) or 1m to 168h": "0s (12h), ou de 1m à 168h",
	"ready, on hold, error or finished; the others are derived": "ready, on hold, error ou finished ; les autres sont déduits",
	"ready, on hold, error or finished":                         "ready, on hold, error ou finished",
	"set: it is when the first run may be":                      "défini : c'est le moment où la première exécution peut avoir lieu",
	"no next run":                                               "aucune exécution suivante",
	"UTF-8; byte {} is none":                                    "de l'UTF-8 ; l'octet {!} n'en est pas",
	"one JSON object":                                           "un objet JSON",
	"parameter {}":                                              "paramètre {!}",
	"what the task takes; {}":                                   "ce que la tâche accepte ; {}",
	"lease lost: another slice owns the category":               "bail perdu : une autre tranche possède la catégorie",
	"{} the report of {} bytes was too large to be kept":        "{!} le rapport de {!} octets était trop grand pour être gardé",
})
