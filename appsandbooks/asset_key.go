package appsandbooks

// Values of PricingParam. Apple means STDQ where it names none.
const (
	STDQ = "STDQ" // standard quality
	PLUS = "PLUS" // high quality, of books
)

// AssetKey names an asset.
// https://developer.apple.com/documentation/devicemanagement/asset
type AssetKey struct {
	AdamID       string `json:"adamId"`
	PricingParam string `json:"pricingParam,omitempty"`
}

// orStandard spells out the pricing that Apple's older API took for granted
// and the newer one leaves out of its own samples.
func (k AssetKey) orStandard() AssetKey {
	orDefault(&k.PricingParam, STDQ)
	return k
}

// UnmarshalJSON accepts a number for adamId, as Apple writes it wherever
// subscriptions are meant. A key it cannot read is left empty: it stands
// beside an error's number, which must not be lost with it.
func (k *AssetKey) UnmarshalJSON(b []byte) error {
	r := jsonReader{body: b}
	readRecord(&r, "assets", k)
	return r.broken
}

func (k *AssetKey) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &k.AdamID)
	case "pricingParam":
		r.word("pricingParam", &k.PricingParam)
	default:
		r.raw()
	}
}
