package customers

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	CustomerUnmapped:       {Text: "Aucun client de Business Central n'est connu pour {}.", WayOut: "Mettez autoCreateUnknownCustomers à true ou indiquez un numéro de client dans defaultCustomerNo sur la fiche boutique, ou donnez l'adresse e-mail de l'acheteur à un client dans Business Central."},
	CustomerAmbiguous:      {Text: "Plusieurs clients de Business Central correspondent à {}.", WayOut: "Laissez l'adresse e-mail de l'acheteur (à défaut, son numéro de téléphone) à un seul de ces clients, et retirez-la aux autres."},
	CustomerBlocked:        {Text: "Le client {} est bloqué dans Business Central.", WayOut: "Débloquez le client, ou indiquez-en un autre là où la fiche boutique le nomme (defaultCustomerNo, defaultCompanyNo, companyCustomers ou countryCustomers)."},
	CustomerRefused:        {Text: "Business Central a refusé le nouveau client {}.", WayOut: "Corrigez le client dans Shopify, ou créez-en un avec la même adresse e-mail ou le même numéro de téléphone dans Business Central ; un nouvel essai se fait automatiquement."},
	CustomerMissing:        {Text: "Le client {} n'existe pas dans Business Central.", WayOut: "Créez le client, ou corrigez son numéro sur la fiche boutique (defaultCustomerNo, defaultCompanyNo, companyCustomers ou countryCustomers)."},
	CustomerDoubtful:       {Text: "Le client {} de Business Central a une autre adresse e-mail que l'acheteur.", WayOut: "Inscrivez l'adresse e-mail de l'acheteur sur le client de Business Central qui est le sien ; plusieurs adresses se séparent par des points-virgules."},
	CustomerShared:         {Text: "Le client {} de Business Central sert déjà à un acheteur qui a une autre adresse e-mail.", WayOut: "Inscrivez l'adresse e-mail de chaque acheteur sur le client de Business Central qui est le sien ; si les deux sont à un seul client, séparez-les par un point-virgule."},
	CustomerDiffers:        {Text: "Business Central garde une autre valeur pour le nouveau client {}.", WayOut: "Corrigez le client dans Business Central ; la commande est réessayée automatiquement."},
	DefaultCustomerMissing: {Text: "La commande {} va au client par défaut, et aucun n'est défini.", WayOut: "Indiquez un numéro de client dans defaultCustomerNo sur la fiche boutique, ou faites chercher les acheteurs un à un (customerImport et customerMapping)."},
	OrderWithoutCustomer:   {Text: "La commande {} n'a pas de client dans Shopify, et son adresse e-mail ou son numéro de téléphone n'en désigne aucun dans Business Central.", WayOut: "Indiquez dans defaultCustomerNo, sur la fiche boutique, le numéro du client de ces commandes, ou donnez l'adresse e-mail de la commande à un client dans Business Central."},
	CustomerEmpty:          {Text: "{} n'a ni nom, ni adresse e-mail, ni numéro de téléphone dans Shopify : aucun client n'est créé.", WayOut: "Complétez le client dans Shopify ; un nouvel essai se fait automatiquement."},
	CustomerOfSeveral:      {Text: "Le client {} de Business Central représente plusieurs clients de la boutique, de sorte qu'aucun côté ne suit l'autre.", WayOut: "Fusionnez les clients dans Shopify, ou associez chacun à un client qui lui est propre ; les modifications arrivent ensuite automatiquement."},
	CustomerUnsent:         {Text: "Business Central a refusé une modification du client {}.", WayOut: "Corrigez le client dans Shopify ou dans Business Central ; un nouvel essai se fait automatiquement."},
	CountryUnknown:         {Text: "Business Central n'a pas de pays {} ; l'adresse du client y est sans pays, ou reste celle d'avant.", WayOut: "Créez le pays dans Business Central, ou faites correspondre son code dans countries sur la fiche boutique ; un nouvel essai se fait automatiquement."},
	TemplateCodeMissing:    {Text: "Business Central n'a pas {}, que customerTemplates nomme sur la fiche boutique.", WayOut: "Créez-le dans Business Central, ou corrigez customerTemplates."},
	CompanyUnmapped:        {Text: "La commande est passée pour {}, et aucun client n'est défini pour les commandes d'entreprises.", WayOut: "Indiquez dans defaultCompanyNo, sur la fiche boutique, le numéro du client de ces commandes, ou donnez à l'entreprise une ligne de companyCustomers."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"the buyer of order {}":           "l'acheteur de la commande {}",
	"Shopify customer {}":             "le client Shopify {}",
	"{} (Shopify customer {})":        "{} (client Shopify {})",
	"company {}":                      "l'entreprise {}",
	"{} (company {})":                 "{} (entreprise {})",
	"{} for the buyer of order {}":    "{} pour l'acheteur de la commande {}",
	"{} for Shopify customer {}":      "{} pour le client Shopify {}",
	"{} for {} (Shopify customer {})": "{} pour {} (client Shopify {})",
	"the buyer of order {}: {}":       "l'acheteur de la commande {} : {}",
	"Shopify customer {}: {}":         "le client Shopify {} : {}",
	"{} (Shopify customer {}): {}":    "{} (client Shopify {}) : {}",
}
