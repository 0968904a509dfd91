package documents

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	CustomLine:                 {Text: "Aucun compte n'est défini pour les lignes sans produit ({}).", WayOut: "Indiquez dans unknownItemAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	LocationUnmapped:           {Text: "Business Central n'a pas de magasin {}.", WayOut: "Créez le magasin dans Business Central, ou corrigez son code dans locations sur la fiche boutique."},
	ShipmentMethodUnmapped:     {Text: "Business Central n'a pas de condition de livraison {}.", WayOut: "Créez la condition de livraison dans Business Central, ou corrigez son code dans shipmentMethods sur la fiche boutique."},
	PaymentTermsUnmapped:       {Text: "Business Central n'a pas de conditions de paiement {}.", WayOut: "Créez les conditions de paiement dans Business Central, ou corrigez leur code dans paymentTerms sur la fiche boutique."},
	CountryUnmapped:            {Text: "Business Central n'a pas de pays {}.", WayOut: "Créez le pays ou la région dans Business Central, ou faites correspondre son code dans countries sur la fiche boutique."},
	CurrencyUnmapped:           {Text: "Business Central n'a pas de devise {}.", WayOut: "Créez la devise avec un taux de change dans Business Central, faites correspondre son code dans currencies sur la fiche boutique, ou changez-y currencyHandling."},
	ShippingAccountMissing:     {Text: "Aucun compte n'est défini pour les frais d'expédition ({}).", WayOut: "Indiquez shippingChargesAccount sur la fiche boutique, ou le compte de ce mode d'expédition dans shipmentMethods."},
	TipAccountMissing:          {Text: "Aucun compte n'est défini pour les pourboires ({}).", WayOut: "Indiquez dans tipAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	GiftCardAccountMissing:     {Text: "Aucun compte n'est défini pour les cartes-cadeaux vendues ({}).", WayOut: "Indiquez dans soldGiftCardAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	CashRoundingAccountMissing: {Text: "Aucun compte n'est défini pour les arrondis des paiements en espèces ({}).", WayOut: "Indiquez dans cashRoundingsAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	FeeAccountMissing:          {Text: "Aucun compte n'est défini pour les frais et les droits de douane ({}).", WayOut: "Indiquez dans feeAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	SalesTaxAccountMissing:     {Text: "Aucun compte n'est défini pour les taxes de vente ({}).", WayOut: "Indiquez dans salesTaxAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	ChannelTaxAccountMissing:   {Text: "Aucun compte n'est défini pour les taxes dues par le canal de vente ({}).", WayOut: "Indiquez dans channelTaxAccount, sur la fiche boutique, un compte général qui autorise l'imputation directe."},
	AccountUnusable:            {Text: "Aucune ligne ne peut être validée sur le compte {} : il est bloqué, n'autorise pas l'imputation directe ou n'existe pas.", WayOut: "Corrigez le compte dans Business Central, ou indiquez-en un autre là où la fiche boutique le nomme."},
	ChargeItemUnusable:         {Text: "Aucune ligne de frais ne peut porter sur l'article {} : il est bloqué, il est géré en stock ou il n'existe pas.", WayOut: "Corrigez l'article dans Business Central (son type est Service ou Hors stock), ou indiquez un compte là où la fiche boutique le nomme."},
	RefundBeforeProcessing:     {Text: "La commande {} a été remboursée avant la création de sa commande vente.", WayOut: "Acceptez la commande (orders accept) : une commande vente est créée pour ce qu'il en reste ; ce qui a été remboursé n'est dans aucun document."},
	OrderDoesNotAddUp:          {Text: "Les montants de Shopify ne concordent pas : {}.", WayOut: "Indiquez roundingAccount et une tolerance qui couvre l'écart sur la fiche boutique, ou corrigez la commande dans Shopify."},
	OrderNumberUnusable:        {Text: "Le nom {} ne peut pas être le numéro d'une commande vente : un tel numéro a 20 caractères au plus et ne commence pas par @.", WayOut: "Raccourcissez le préfixe ou le suffixe des numéros de commande dans Shopify, ou désactivez useShopifyOrderNo sur la fiche boutique."},
	TotalDiffers:               {Text: "Les totaux diffèrent : {}.", WayOut: "Acceptez l'écart (orders accept), indiquez roundingAccount et tolerance sur la fiche boutique, ou corrigez-y taxCodes ou le paramétrage des taxes dans Business Central et relancez la commande (orders retry)."},
	OrderDateFollowsPosting:    {Text: "Dans Business Central, les documents vente de {} portent leur date comptabilisation au lieu de la date de la commande.", WayOut: "Dissociez la date document et la date comptabilisation dans les paramètres ventes, ou ajoutez orderDate à bcWins sur la fiche boutique."},
	DocumentRefused:            {Text: "Business Central a refusé la commande vente : {}.", WayOut: "Corrigez ce que Business Central indique ; la commande est réessayée automatiquement."},
	DocumentDiffers:            {Text: "Business Central fait un autre document de cette commande : {}.", WayOut: "Acceptez le document tel quel (orders accept), laissez Business Central décider du champ (bcWins sur la fiche boutique), ou corrigez le paramétrage dont Business Central le tire et relancez la commande (orders retry)."},
	AdoptedContentDiffers:      {Text: "Le document {} de Business Central porte le numéro de cette commande et a un autre contenu.", WayOut: "Vérifiez le document ; corrigez-le, supprimez-le ou acceptez-le tel quel (orders accept), puis relancez la commande (orders retry)."},
	TwoDocumentsFound:          {Text: "Business Central a plusieurs documents pour cette commande : {}.", WayOut: "Gardez-en un, supprimez les autres, puis relancez la commande (orders retry)."},
	NotAmended:                 {Text: "La commande vente de {} n'a pas été adaptée après une modification dans Shopify.", WayOut: "Adaptez la commande vente à la main et acceptez la commande (orders accept), ou supprimez-la et déliez la commande (orders unlink) pour qu'elle soit recréée."},
	ArchiveRefused:             {Text: "{} n'a pas pu être archivée dans Shopify.", WayOut: "Son document est en ordre ; un nouvel essai a lieu chaque jour, ou archivez-la vous-même dans Shopify. Le détail dit ce que Shopify a répondu."},
	ArchiveDenied:              {Text: "L'application n'a pas le droit d'archiver {} dans Shopify.", WayOut: "Accordez à l'application l'autorisation write_orders, ou désactivez archiveProcessedOrders sur la fiche boutique."},
	NumberRefused:              {Text: "Le numéro de sa commande vente n'a pas pu être inscrit sur {} dans Shopify.", WayOut: "La commande vente est en ordre ; le numéro est renvoyé automatiquement, ou tout de suite si la commande est relancée (orders retry). Le détail dit ce que Shopify a répondu."},
	NumberDenied:               {Text: "L'application n'a pas le droit d'inscrire le numéro de la commande vente sur {} dans Shopify.", WayOut: "Accordez à l'application l'autorisation write_orders, ou désactivez orderAttributesToShop sur la fiche boutique."},
	OrderGone:                  {Text: "La commande {} n'est plus dans Shopify et n'aura pas de document.", WayOut: "Il n'y a rien à faire."},
	OrderOutOfReach:            {Text: "La commande {} est devenue trop ancienne pour être lue par l'application pendant qu'elle attendait, si bien que personne ne sait si elle a changé.", WayOut: "Accordez à l'application l'autorisation read_all_orders, ou créez le document à la main."},
	PaymentTermsHidden:         {Text: "Les conditions de paiement de {} sont cachées à l'application, et la fiche boutique les fait correspondre.", WayOut: "Accordez à l'application l'autorisation read_payment_terms, ou videz paymentTerms sur la fiche boutique."},
	TestOrder:                  {Text: "La commande {} est une commande de test et n'aura pas de document.", WayOut: "Il n'y a rien à faire."},
	Cancelled:                  {Text: "La commande {} est annulée et n'aura pas de document.", WayOut: "Il n'y a rien à faire."},
	Unconfirmed:                {Text: "La commande {} n'est pas encore confirmée et n'aura pas de document d'ici là.", WayOut: "Il n'y a rien à faire : elle est reprise dès que Shopify la confirme."},
	NothingLeft:                {Text: "La commande {} ne contient plus rien et n'aura pas de document.", WayOut: "Il n'y a rien à faire."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"{} in Shopify, {} in Business Central":                      "{} dans Shopify, {} dans Business Central",
	"what {} consists of comes to {}, its total is {}":           "le contenu de {} donne {}, son total est de {}",
	"the taxes of what {} consists of come to {}, its tax is {}": "les taxes du contenu de {} donnent {}, sa taxe est de {}",
	"{}: {} is {} with a discount of {} and taxes of {}":         "{} : {} est de {} avec une remise de {} et des taxes de {}",
	"{} (Shopify location {})":                                   "{} (emplacement Shopify {})",
	"company {}":                                                 "la société {}",
	"{} (SKU {}, variant {})":                                    "{} (SKU {}, variante {})",
	"{} (variant {})":                                            "{} (variante {})",
	"{} and {}":                                                  "{} et {}",
}
