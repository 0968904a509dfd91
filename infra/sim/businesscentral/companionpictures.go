package businesscentral

import "strconv"

// show gives the item pictures. Whatever they are, their media are new ones.
func (i *Item) show(pictures [][]byte) {
	i.Pictures, i.FirstPicture = pictures, ""
	if len(pictures) > 0 {
		i.FirstPicture = guidOf("medium/" + i.ID + "/" + strconv.FormatInt(i.Rev, 10))
	}
}

// CompanionPicture is a row of itemPictures.
type CompanionPicture struct {
	Record
	ItemNumber string `json:"itemNumber" bc:"code:20,ro"`
	PictureID  string `json:"pictureId" bc:"guid,ro"` // of the first one; zeros: there is none
}

func init() { //nolint:gochecknoinits // the views read sets, which name them
	pictures := define[CompanionPicture]("itemPictures", "itemPicture", readOnly, nil)
	pictures.view = (*tx).companionPictures
	companionSets[pictures.name] = pictures
}

func (t *tx) companionPictures() (out []row) {
	for _, i := range t.inOrder() {
		p := &CompanionPicture{Record: i.Record, ItemNumber: i.Number, PictureID: i.FirstPicture}
		if len(i.Pictures) > 0 && p.PictureID == "" { // of a state that was stored before media had ids
			p.PictureID = guidOf("medium/" + i.ID)
		}
		out = append(out, p)
	}
	return out
}
