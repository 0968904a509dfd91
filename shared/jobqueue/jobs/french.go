package jobs

import "backroom/shared/language"

// French is what refusals of actions say. Actions, statuses and outcomes stay.
var French = withReasons(language.Phrases{
	"refused":                                      "refusé",
	"{}: the job entry is on hold":                 "{} : la tâche est suspendue",
	"{}: the run has ended":                        "{} : l'exécution est terminée",
	"{}: too many runs wait to start":              "{} : trop d'exécutions attendent leur départ",
	"{}: paused":                                   "{} : en pause",
	"it has changed since it was seen":             "cela a changé depuis",
	"%s: job %s of %s is %s%s: %s":                 "%s : la tâche %s de %s est « %s »%s : %s",
	"{}: {} is paused since {}; resume it first":   "{!} : {} est en pause depuis {!} ; reprenez-la d'abord (resume)",
	"{}: {} is paused since {}{}; resume it first": "{!} : {} est en pause depuis {!}{!} ; reprenez-la d'abord (resume)",
	"retry: run {} of {} {}":                       "retry : l'exécution {!} de {!} {}",
	"shop {}":                                      "la boutique {!}",
	"everything":                                   "l'ensemble",
	"{}: job {} of {}: {}":                         "{!} : tâche {!} de {!} : {}",
	"{}: job entry {} of {}: {}":                   "{!} : tâche {!} de {!} : {}",
	"job entry {} of {}: {}":                       "tâche {!} de {!} : {}",
	"job entry {} of {}":                           "tâche {!} de {!}",
	"run {} of {}: {}":                             "exécution {!} de {!} : {}",
	"run {}":                                       "exécution {!}",
	": {}":                                         " : {!}",
	" (run {})":                                    " (exécution {!})",
	" and expired at {}":                           " et a expiré le {!}",
	"status {}: must be one of {}":                 "status {!} : doit être parmi {!}",
	"job {}: must be an id, with * for any characters": "job {!} : doit être un id, avec * pour des caractères quelconques",

	"make it ready first, or restart it":                                                                                           "rendez-la d'abord prête (release), ou relancez-la (restart)",
	"cancel its run, and delete it when that has ended":                                                                            "annulez son exécution, et supprimez-la quand celle-ci est terminée",
	"it runs by itself; run it now if it should not wait for that":                                                                 "elle s'exécute d'elle-même ; exécutez-la maintenant si elle ne doit pas attendre",
	"no run of it is in process or waits to start; hold it if none shall":                                                          "aucune exécution n'en est en cours ni n'attend ; suspendez-la si aucune ne doit avoir lieu",
	"save it with a later expiration":                                                                                              "enregistrez-la avec une expiration plus tardive",
	"retry: run {} of {} has not ended: cancel it first, or wait":                                                                  "retry : l'exécution {!} de {!} n'est pas terminée : annulez-la d'abord, ou attendez",
	"retry: run {} of {} was rejected, and has no input to repeat: run its job":                                                    "retry : l'exécution {!} de {!} a été rejetée et n'a rien à répéter : exécutez sa tâche",
	"retry: run {} of {} {}: run its job again instead":                                                                            "retry : l'exécution {!} de {!} a fini par « {!} » : exécutez plutôt sa tâche à nouveau",
	"retry: run {} of {}: its job {} is gone":                                                                                      "retry : exécution {!} de {!} : sa tâche {!} n'existe plus",
	"has not ended: cancel it first, or wait":                                                                                      "n'est pas terminée : annulez-la d'abord, ou attendez",
	"was rejected, and has no input to repeat: run its job":                                                                        "a été rejetée et n'a rien à répéter : exécutez sa tâche",
	"{}: run its job again instead":                                                                                                "{!} : exécutez plutôt sa tâche à nouveau",
	"cancel: run {} of {} has ended already ({}): nothing is left to stop":                                                         "cancel : l'exécution {!} de {!} est déjà terminée ({!}) : il n'y a plus rien à arrêter",
	"run: {} runs of job {} of {} wait to start already: wait until one of them has started, or cancel some":                       "run : {!} exécutions de la tâche {!} de {!} attendent déjà : attendez que l'une d'elles ait commencé, ou annulez-en",
	"No next run follows from the schedule of this job: save it with another schedule, then make it ready. It is being looked at.": "Aucune exécution suivante ne résulte du planning de cette tâche : enregistrez-la avec un autre planning, puis rendez-la prête. Nous nous en occupons.",
	"the shop is disconnected":                                                                                                     "la boutique est déconnectée",
	"{} as before; make a new entry for another":                                                                                   "{!} comme avant ; créez une nouvelle tâche pour un autre",
	"{}, or a company that several shops share: this is another shop":                                                              "{!}, ou une société que plusieurs boutiques partagent : ceci est une autre boutique",
	"after now, {}":               "après maintenant, {!}",
	"not before its next run, {}": "pas avant sa prochaine exécution, {!}",
})

// withReasons adds what a stored refusal says that names somebody's reason before its
// way out.
func withReasons(ps language.Phrases) language.Phrases {
	for _, of := range transitions {
		for _, t := range of {
			if t.wayOut != "" {
				ps["{}: "+t.wayOut] = "{!} : " + ps[t.wayOut]
			}
		}
	}
	ps["{}: job {} of {} is {}: {}"] = "{!} : la tâche {!} de {!} est « {!} » : {}"
	return ps
}
