package jobqueue

import "backroom/shared/language"

// frenchRuns is what ended runs say, of the rooms below too.
var frenchRuns = language.Phrases{
	"The job expired before it could start.": "La tâche a expiré avant de pouvoir commencer.",
	"The job is on hold.":                    "La tâche est suspendue.",
	"The job is on hold: {}.":                "La tâche est suspendue : {!}.",
	"The job is on hold{}.":                  "La tâche est suspendue{!}.",
	"The job is finished.":                   "La tâche est terminée.",
	"The job is in error; start it by hand once the cause is mended.":              "La tâche est en erreur ; lancez-la à la main une fois la cause corrigée.",
	"The run was cancelled before it started.":                                     "L'exécution a été annulée avant de commencer.",
	"The job was deleted.":                                                         "La tâche a été supprimée.",
	"All jobs are paused.":                                                         "Toutes les tâches sont en pause.",
	"All jobs are paused: {}.":                                                     "Toutes les tâches sont en pause : {!}.",
	"All jobs are paused{}.":                                                       "Toutes les tâches sont en pause{!}.",
	"The jobs of this shop are paused.":                                            "Les tâches de cette boutique sont en pause.",
	"The jobs of this shop are paused: {}.":                                        "Les tâches de cette boutique sont en pause : {!}.",
	"The jobs of this shop are paused{}.":                                          "Les tâches de cette boutique sont en pause{!}.",
	"A trigger made no sense and was set aside.":                                   "Un déclenchement n'avait pas de sens et a été mis de côté.",
	"the run was cancelled":                                                        "l'exécution a été annulée",
	"The run was cancelled.":                                                       "L'exécution a été annulée.",
	"The job stopped answering and was ended.":                                     "La tâche ne répondait plus et a été arrêtée.",
	"The run was refused; the settings or the data it uses must be corrected.":     "L'exécution a été refusée ; les paramètres ou les données qu'elle utilise sont à corriger.",
	"The connection needs attention: access was refused until somebody renews it.": "La connexion demande votre attention : l'accès est refusé jusqu'à ce que quelqu'un le renouvelle.",
	"The other side is busy; the run goes on by itself.":                           "L'autre côté est occupé ; l'exécution continue d'elle-même.",
	"The run failed because of a fault on our side; it is being looked at.":        "L'exécution a échoué à cause d'une défaillance de notre côté ; nous nous en occupons.",
	"there was nothing to do":                                                      "il n'y avait rien à faire",
	"The job crashed again and again and was set aside; it is being looked at.":    "La tâche s'est effondrée à répétition et a été mise de côté ; nous nous en occupons.",
	"The run took too long and was ended.":                                         "L'exécution a duré trop longtemps et a été arrêtée.",

	"The run stopped without a word and was closed; the job runs again at its next time.": "L'exécution s'est arrêtée sans un mot et a été close ; la tâche s'exécute de nouveau à sa prochaine heure.",

	// details, for an operator
	"job entry {} of {}: task {} is none of {}":     "tâche {!} de {!} : {!} n'est pas parmi {!}",
	"run {} of {} is one of entry {}, not of {}":    "l'exécution {!} de {!} est de la tâche {!}, pas de {!}",
	"run {} of {} does not exist":                   "l'exécution {!} de {!} n'existe pas",
	"job entry {} of {} does not exist":             "la tâche {!} de {!} n'existe pas",
	"the slice went on for {} after its deadline":   "la tranche a continué {!} après son échéance",
	"task {} is not registered here":                "la tâche {!} n'est pas connue ici",
	"task {}: {}":                                   "tâche {!} : {}",
	"task {}: outcome not stored: {}":               "tâche {!} : résultat non enregistré : {}",
	"run {}: {}":                                    "exécution {!} : {}",
	"slice {} was started {} times and never ended": "la tranche {!} a été lancée {!} fois et n'a jamais fini",
	"panic: {}":                 "panic : {!}",
	"run did not end within {}": "l'exécution n'a pas fini en {!}",
}
