package pictureapi

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"backroom/shared/images"
)

// bare is images.Item as BC writes an item, bareVariant as it writes an item variant.
type (
	bare struct {
		ID         string    `json:"id"`
		Number     string    `json:"number"`
		Name       string    `json:"displayName"`
		ModifiedAt time.Time `json:"lastModifiedDateTime"`
	}
	bareVariant struct {
		ID         string    `json:"id"`
		Number     string    `json:"itemNumber"`
		Code       string    `json:"code"`
		Name       string    `json:"description"`
		ModifiedAt time.Time `json:"lastModifiedDateTime"`
	}
)

// item and variant are the same with what is told of their picture.
type (
	item struct {
		bare
		Picture *picture `json:"picture"`
	}
	variant struct {
		bareVariant
		Picture *picture `json:"picture"`
	}
)

// stamp is a row of the companion API's itemPictures.
type stamp struct {
	Item    string `json:"itemNumber"`
	Picture string `json:"pictureId"` // zeros: there is none
}

// picture is what is told of a picture beside its owner: a width of 0 says that there is none.
type picture struct {
	Width int `json:"width"`
}

func has(p *picture) bool { return p == nil || p.Width > 0 }

func (r bare) noun() images.Item {
	return images.Item{ID: r.ID, Number: r.Number, Name: r.Name, ModifiedAt: r.ModifiedAt.UTC(), Has: true}
}

func (r bareVariant) noun() images.Item {
	return images.Item{ID: r.ID, Number: r.Number, Code: r.Code, Name: r.Name, ModifiedAt: r.ModifiedAt.UTC(), Has: true}
}

func (r item) noun() images.Item {
	i := r.bare.noun()
	i.Has = has(r.Picture)
	return i
}

func (r variant) noun() images.Item {
	i := r.bareVariant.noun()
	i.Has = has(r.Picture)
	return i
}

var errNoStream = errors.New("the batch's answer holds no stream")

// content is a picture inside the answer of a batch: JSON has streams as text in base64.
// Without one there is no picture.
func content(body json.RawMessage) ([]byte, error) {
	if len(body) == 0 || string(body) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(body, &text) != nil {
		return nil, errNoStream
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding, base64.RawStdEncoding} {
		if b, err := e.DecodeString(text); err == nil {
			return b, nil
		}
	}
	return nil, errNoStream
}
