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
	LongTaxID:       {Text: "Le numéro fiscal de {} a plus de 20 caractères, plus que Business Central n'en garde ; son client n'en a pas, ou garde celui d'avant.", WayOut: "Corrigez le numéro fiscal sur l'emplacement de l'entreprise dans Shopify ; un nouvel essai se fait automatiquement."},
	TermsUnknown:    {Text: "Business Central n'a pas de conditions de paiement {}, que paymentTerms nomme sur la fiche boutique pour celles d'une entreprise ; son client garde les siennes.", WayOut: "Créez les conditions de paiement dans Business Central, ou corrigez leur code dans paymentTerms ; un nouvel essai se fait automatiquement."},
}
