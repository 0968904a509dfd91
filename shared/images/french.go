package images

import "backroom/shared/issue"

// french are the texts of this package's reasons.
var french = issue.Texts{
	NoPicture:    {Text: "Aucune image qui puisse être reprise n'est enregistrée pour {}.", WayOut: "Remplacez-la par une image JPEG, PNG, GIF ou WebP ; elle est alors envoyée automatiquement."},
	TooLarge:     {Text: "Une image aussi grande que celle de {} n'est pas reprise.", WayOut: "Remplacez-la par une image de 20 Mo et de 25 mégapixels au plus ; elle est alors envoyée automatiquement."},
	Refused:      {Text: "Shopify a refusé l'image de {}.", WayOut: "Remplacez l'image, ou corrigez ce que le détail nomme ; un nouvel essai se fait quand l'image change."},
	NotRead:      {Text: "L'image de {} n'a pas pu être lue.", WayOut: "Il n'y a rien à faire : un nouvel essai se fait automatiquement."},
	NotWritten:   {Text: "Business Central a refusé l'image de {}.", WayOut: "Corrigez ce que le détail nomme ; un nouvel essai se fait quand le produit change dans Shopify."},
	OwnOfVariant: {Text: "Shopify affiche pour {} une autre image que celle de Business Central.", WayOut: "Retirez cette image de la variante dans Shopify si celle de Business Central doit être affichée."},
	Occupied:     {Text: "{} a dans Business Central une image qui ne vient pas de Shopify.", WayOut: "Supprimez cette image, ou laissez les images de Shopify remplacer les autres (replaceItemPictures sur la fiche boutique)."},
}

// frenchPhrases say what its things say beside names and values.
var frenchPhrases = issue.Phrases{
	"{} (item {})":             "{} (article {})",
	"{} (item {}, variant {})": "{} (article {}, variante {})",
	"{}: {} bytes":             "{} : {} octets",
	"{}: {} by {} pixels":      "{} : {} x {} pixels",
	"{}: it is {}":             "{} : c'est {}",
	"a PDF document":           "un document PDF",
	"a bitmap (BMP)":           "une image bitmap (BMP)",
	"a TIFF picture":           "une image TIFF",
	"an SVG drawing":           "un dessin SVG",
	"an XML document":          "un document XML",
	"a web page":               "une page web",
	"a ZIP archive":            "une archive ZIP",
	"a damaged {} picture":     "une image {} endommagée",
	"no picture that is known": "aucune image connue",
}
