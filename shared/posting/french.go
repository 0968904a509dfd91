package posting

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	DateClosed:    {Text: "{} est en dehors des dates auxquelles Business Central permet de valider.", WayOut: "Ouvrez la période (Début et Fin période comptabilisation) dans les paramètres de la comptabilité, ou laissez la tâche valider à une autre date."},
	DateMissing:   {Text: "{} n'a pas de date comptabilisation.", WayOut: "Saisissez la date comptabilisation dans Business Central, ou laissez la tâche la fixer."},
	Blocked:       {Text: "Quelque chose dont {} a besoin est bloqué dans Business Central.", WayOut: "Débloquez le client, l'article ou le compte que le détail nomme, ou modifiez la ligne qui l'utilise."},
	SetupMissing:  {Text: "Un paramétrage de validation dont {} a besoin manque dans Business Central.", WayOut: "Complétez les groupes comptabilisation ou le paramétrage que le détail nomme."},
	NothingToPost: {Text: "{} n'a sur ses lignes aucune quantité à expédier ni à facturer.", WayOut: "Saisissez la quantité à expédier sur ses lignes, ou choisissez Reliquat comme quantité à expédier par défaut dans les paramètres ventes."},
	TotalMoved:    {Text: "{}, depuis que sa date comptabilisation, et avec elle le cours de change, a été modifiée.", WayOut: "Corrigez les remises des lignes dans Business Central pour que le total soit comme avant, ou validez-y le document."},
	PostingDenied: {Text: "Business Central a refusé de valider {}.", WayOut: "Corrigez ce que Business Central nomme ; le document est réessayé automatiquement dans la journée, ou tout de suite par une exécution avec retry."},
	ChangeDenied:  {Text: "Business Central a refusé de modifier {} avant sa validation.", WayOut: "Corrigez ce que Business Central nomme : la date comptabilisation d'un document lancé en devise étrangère qui a des remises ne peut pas être modifiée ; rouvrez-le donc, ou gardez sa date."},
	NotAsAsked:    {Text: "Business Central a fixé sur {} d'autres quantités à valider que celles demandées.", WayOut: "Désactivez postByQuantities sur la fiche boutique, ou validez la commande dans Business Central."},
	NotProved:     {Text: "Business Central a dit que {} était validé, et sa comptabilité ne le montre pas.", WayOut: "Cherchez le document dans Business Central ; donnez à l'application le droit de lire les écritures comptables s'il lui manque."},
	Vanished:      {Text: "{} était en cours de validation, et n'est plus ni un brouillon ni un document validé dans Business Central.", WayOut: "Cherchez dans Business Central le document validé, ou qui l'a supprimé."},
	TooManyLines:  {Text: "{} a plus de lignes qu'on ne peut en préparer pour n'en valider qu'une partie.", WayOut: "Validez-le dans Business Central, ou laissez la tâche expédier et facturer ensemble."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"The posting date {} of {}":              "La date comptabilisation {} de {}",
	"The total of {} moved from {} to {} {}": "Le total de {} est passé de {} à {} {}",
}
