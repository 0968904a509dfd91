package shipments

import (
	"net/url"
	"strings"
	"unicode"
)

// companies are the tracking companies that Shopify makes addresses for, exactly as
// it must be told them, capitals included. Some are shown in one country only, where
// a name of a country stands behind them.
const companies = `4PX|AGS|Amazon|Amazon Logistics UK|An Post|Anjun Logistics|APC|Asendia USA|Australia Post|Bonshaw|BPost|BPost International|
Canada Post|Canpar|CDL Last Mile|China Post|Chronopost|Chukou1|Colissimo|Comingle|Coordinadora|Correios|Correos|CTT|CTT Express|Cyprus Post|
Delnext|Deutsche Post|DHL eCommerce|DHL eCommerce Asia|DHL Express|DPD|DPD Local|DPD UK|DTD Express|DX|Eagle|Estes|Evri|FedEx|
First Global Logistics|First Line|FSC|Fulfilla|GLS|Guangdong Weisuyi Information Technology (WSE)|Heppner Internationale Spedition GmbH & Co.|
Iceland Post|IDEX|Israel Post|Japan Post (EN)|Japan Post (JA)|La Poste Colissimo|La Poste Burkina Faso|Lasership|Latvia Post|Lietuvos Paštas|
Logisters|Lone Star Overnight|M3 Logistics|Meteor Space|Mondial Relay|New Zealand Post|NinjaVan|North Russia Supply Chain (Shenzhen) Co.|OnTrac|
Packeta|Pago Logistics|Ping An Da Tengfei Express|Pitney Bowes|Portal PostNord|Poste Italiane|PostNL|PostNord DK|PostNord NO|PostNord SE|
Purolator|Qxpress|Qyun Express|Royal Mail|Royal Shipments|Sagawa (EN)|Sagawa (JA)|Sendle|SF Express|SFC Fulfillment|ShipBob|
SHREE NANDAN COURIER|Singapore Post|Southwest Air Cargo|StarTrack|Step Forward Freight|Swiss Post|TForce Final Mile|Tinghao|TNT|Toll IPEC|
United Delivery Service|UPS|USPS|Venipak|We Post|Whistl|Wizmo|WMYC|Xpedigo|XPO Logistics|Yamato (EN)|Yamato (JA)|YiFan Express|YunExpress|
Aramex Australia|TNT Australia|Hunter Express|Couriers Please|Bonds|Allied Express|Direct Couriers|Northline|GO Logistics|Österreichische Post|
Speedy|Intelcom|BoxKnight|Loomis|WanbExpress|Zásilkovna|Deutsche Post (DE)|Deutsche Post (EN)|DHL|Swiship|Hermes|SEUR|Colis Privé|Parcelforce|
Yodel|DHL Parcel|Tuffnells|ACS Courier|Fastway|DPD Ireland|DTDC|India Post|Delhivery|Gati KWE|Professional Couriers|XpressBees|Ecom Express|
Ekart|Shadowfax|Bluedart|BRT|GLS Italy|エコ配|西濃運輸|西濃スーパーエキスプレス|福山通運|日本通運|名鉄運輸|第一貨物|Bring|Inpost|PTT|Yurtiçi Kargo|Aras Kargo|
Sürat Kargo|Alliance Air Freight|Pilot Freight|LSO|Old Dominion|Pandion|R+L Carriers|Skynet`

// known are the companies by their plain form.
var known = func() map[string]string {
	m := map[string]string{}
	for c := range strings.SplitSeq(strings.ReplaceAll(companies, "\n", ""), "|") {
		if p := plainName(c); m[p] == "" {
			m[p] = c
		}
	}
	return m
}()

// bare takes the accents off the letters that names of companies have.
var bare = strings.NewReplacer("ö", "o", "ü", "u", "á", "a", "é", "e", "š", "s", "ç", "c", "ı", "i")

// plainName is a name without case, accents, blanks and signs: "Österreichische
// Post" and "osterreichische-post" are the same.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, bare.Replace(strings.ToLower(s)))
}

// Carrier is a row of the card's shipping agents.
type Carrier struct {
	Agent   string `json:"agent"`             // code or name in Business Central
	Company string `json:"company,omitempty"` // as Shopify is told it
	URL     string `json:"url,omitempty"`     // of a parcel, %1 is its number
}

// companyOf is what Shopify is told of a parcel's carrier: that of the card's row,
// Shopify's own name of it, or the agent's name as it is. pattern is an address for
// parcels, "" if the card has none.
func companyOf(cs []Carrier, agent, name string) (company, pattern string) {
	for _, c := range cs {
		for _, s := range []string{agent, name} {
			if s == "" || plainName(c.Agent) != plainName(s) {
				continue
			}
			if company, pattern = c.Company, c.URL; company == "" {
				company, _ = companyOf(nil, agent, name)
			}
			return company, pattern
		}
	}
	for _, s := range []string{name, agent} {
		if c := known[plainName(s)]; c != "" && s != "" {
			return c, ""
		}
	}
	if name != "" {
		return name, ""
	}
	return agent, ""
}

// address is where a parcel can be followed: its own address, or the pattern with
// its number. "" for what is none: Shopify would refuse it, and with it all else.
func address(p Parcel, pattern string) string {
	a := strings.TrimSpace(p.URL)
	if a == "" && pattern != "" && p.Number != "" {
		a = strings.ReplaceAll(pattern, "%1", url.QueryEscape(p.Number))
	}
	if number := strings.TrimSpace(p.Number); strings.ContainsFunc(number, unicode.IsSpace) { // as Business Central puts it in
		a = strings.ReplaceAll(a, number, url.QueryEscape(number))
	}
	u, err := url.Parse(a)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || strings.ContainsFunc(a, unicode.IsSpace) {
		return ""
	}
	return u.String()
}
