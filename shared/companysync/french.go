package companysync

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	Unread:          {Text: "{} n'a pas pu être lu dans Shopify.", WayOut: "Il n'y a rien à faire : un nouvel essai se fait automatiquement."},
	Ambiguous:       {Text: "Plusieurs clients de Business Central correspondent à {}.", WayOut: "Laissez le numéro fiscal de l'entreprise (à défaut, l'adresse e-mail de son contact principal) à un seul de ces clients, ou indiquez le bon dans companyCustomers sur la fiche boutique."},
	Doubtful:        {Text: "Le client {} de Business Central a un autre numéro fiscal que l'entreprise dans Shopify.", WayOut: "Corrigez le numéro fiscal d'un des deux côtés, ou indiquez le client de l'entreprise dans companyCustomers sur la fiche boutique ; un nouvel essai se fait automatiquement."},
	Shared:          {Text: "Le client {} de Business Central est celui d'une autre entreprise de la boutique.", WayOut: "Inscrivez le numéro fiscal de chaque entreprise et de chaque client, ou indiquez le client de l'entreprise dans companyCustomers sur la fiche boutique."},
	Refused:         {Text: "Business Central a refusé le nouveau client pour {}.", WayOut: "Corrigez l'entreprise dans Shopify, ou créez un client avec son numéro fiscal ou son adresse e-mail dans Business Central ; un nouvel essai se fait automatiquement."},
	WithoutLocation: {Text: "{} n'a pas d'emplacement dans Shopify, donc ni adresse ni numéro fiscal.", WayOut: "Ajoutez un emplacement à l'entreprise dans Shopify ; un nouvel essai se fait automatiquement."},
	OfSeveral:       {Text: "Le client {} de Business Central représente plusieurs entreprises de la boutique, de sorte qu'aucun côté ne suit l'autre.", WayOut: "Corrigez le numéro fiscal d'une des entreprises dans Shopify, ou faites-en des emplacements d'une seule ; les modifications arrivent ensuite automatiquement."},
	LongTaxID:       {Text: "Le numéro fiscal de {} a plus de 20 caractères, plus que Business Central n'en garde ; son client n'en a pas, ou garde celui d'avant.", WayOut: "Corrigez le numéro fiscal sur l'emplacement de l'entreprise dans Shopify ; un nouvel essai se fait automatiquement."},
	NumberUnknown:   {Text: "Business Central n'a pas de client {}, que la tâche devait ajouter à la boutique comme entreprise.", WayOut: "Corrigez le numéro dans les paramètres de la tâche."},
	NoContact:       {Text: "Le client {} de Business Central n'a pas d'adresse e-mail : l'entreprise dans la boutique n'aurait personne pour commander.", WayOut: "Inscrivez une adresse e-mail sur le client dans Business Central ; un nouvel essai se fait automatiquement."},
	Taken:           {Text: "Le numéro ou l'adresse e-mail du client {} de Business Central est à une autre entreprise ou à un autre client de la boutique.", WayOut: "Corrigez l'identifiant externe de l'entreprise dans Shopify, ou l'adresse e-mail d'un des deux côtés ; un nouvel essai se fait automatiquement."},
	ChangeRefused:   {Text: "Shopify a refusé ce que Business Central a du client {} comme entreprise.", WayOut: "Corrigez dans Business Central ce que le détail nomme ; un nouvel essai se fait automatiquement."},
	ContactRefused:  {Text: "Shopify n'a pas pris comme contact principal de l'entreprise le client de la boutique qui a l'adresse e-mail du client {} de Business Central.", WayOut: "Définissez le contact principal de l'entreprise dans Shopify ; un nouvel essai se fait automatiquement."},
	ChangeUnknown:   {Text: "Shopify n'a pas répondu à temps au sujet du client {} de Business Central comme entreprise ; ce qu'il en est sera clair dans 20 minutes.", WayOut: "Il n'y a rien à faire : la suite est vérifiée et terminée automatiquement."},
	GoneFromShop:    {Text: "La boutique n'a plus d'entreprise pour le client {} de Business Central.", WayOut: "Il n'y a rien à faire si elle a été supprimée exprès ; sinon, ajoutez de nouveau l'entreprise à la boutique."},
	PhoneUnclear:    {Text: "Le numéro de téléphone du client {} de Business Central ne peut pas être composé depuis l'étranger : l'entreprise dans la boutique garde le sien.", WayOut: "Inscrivez-le dans Business Central avec l'indicatif du pays, par exemple +49 30 123456."},
	StateUnclear:    {Text: "Le client {} de Business Central a une région pour laquelle Shopify n'a pas de code : l'entreprise dans la boutique garde son adresse.", WayOut: "Inscrivez le code de la région dans Business Central, ou videz-la là où le pays n'en a pas."},
	TermsUnknown:    {Text: "Business Central n'a pas de conditions de paiement {}, que paymentTerms nomme sur la fiche boutique pour celles d'une entreprise ; son client garde les siennes.", WayOut: "Créez les conditions de paiement dans Business Central, ou corrigez leur code dans paymentTerms ; un nouvel essai se fait automatiquement."},
}
