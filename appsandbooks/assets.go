package appsandbooks

// Values of ProductType.
const (
	App  = "App"
	Book = "Book"
)

// unlimitedCount is what Apple counts where licenses never run out.
const unlimitedCount = 1<<31 - 1

// Asset is an app or a book that the organizational unit has licenses for.
// AdamID and PricingParam together name it.
// https://developer.apple.com/documentation/devicemanagement/responseasset
type Asset struct {
	AdamID             string   `json:"adamId"`
	PricingParam       string   `json:"pricingParam"` // STDQ or PLUS
	ProductType        string   `json:"productType"`  // App or Book
	AssignedCount      int      `json:"assignedCount"`
	AvailableCount     int      `json:"availableCount"`
	RetiredCount       int      `json:"retiredCount"`       // left with retired users, as books are
	TotalCount         int      `json:"totalCount"`         // the three together; Apple does not promise it
	DeviceAssignable   bool     `json:"deviceAssignable"`   // to serial numbers too, not to users alone
	Revocable          bool     `json:"revocable"`          // can be taken back; books cannot
	SupportedPlatforms []string `json:"supportedPlatforms"` // iOS, macOS, tvOS, watchOS, visionOS
	// Unlimited tells that licenses never run out: AssignedCount alone is
	// meant, the other counts are 0 or 2147483647.
	Unlimited bool `json:"-"`
}

// Key names the asset. A PricingParam that Apple left out is spelt out.
func (a Asset) Key() AssetKey { return AssetKey{a.AdamID, a.PricingParam}.orStandard() }

// AssetsPage is one page of assets.
// https://developer.apple.com/documentation/devicemanagement/getassetsresponse
type AssetsPage struct {
	Paging
	Assets []Asset `json:"assets"` // unlimited ones too, wherever Apple put them
}

type assetsAnswer struct {
	fault
	AssetsPage
	unlimited []Asset // Apple's unlimitedAssets, with the query's unlimited=true
}

func (a *assetsAnswer) byHand(r *jsonReader, name []byte) bool {
	switch string(name) {
	case "assets":
		readRecords(r, "assets", &a.Assets)
	case "unlimitedAssets":
		readRecords(r, "unlimitedAssets", &a.unlimited)
	default:
		return false
	}
	return true
}

// gather puts the unlimited assets beside the others, and marks them.
func (a *assetsAnswer) gather() *AssetsPage {
	for i := range a.Assets {
		a.Assets[i].Unlimited = a.Assets[i].TotalCount == unlimitedCount
	}
	for _, u := range a.unlimited {
		u.Unlimited = true
		a.Assets = append(a.Assets, u)
	}
	return &a.AssetsPage
}

func (a *Asset) member(r *jsonReader, name []byte) {
	switch string(name) {
	case "adamId":
		r.adamID("adamId", &a.AdamID)
	case "pricingParam":
		r.word("pricingParam", &a.PricingParam)
	case "productType":
		r.word("productType", &a.ProductType)
	case "assignedCount":
		r.number("assignedCount", &a.AssignedCount)
	case "availableCount":
		r.number("availableCount", &a.AvailableCount)
	case "retiredCount":
		r.number("retiredCount", &a.RetiredCount)
	case "totalCount":
		r.number("totalCount", &a.TotalCount)
	case "deviceAssignable":
		r.flag("deviceAssignable", &a.DeviceAssignable)
	case "revocable":
		r.flag("revocable", &a.Revocable)
	case "supportedPlatforms":
		a.SupportedPlatforms = nil
		r.array("supportedPlatforms", func() {
			var platform string
			r.word("supportedPlatforms", &platform)
			a.SupportedPlatforms = append(a.SupportedPlatforms, platform)
		})
	default:
		r.raw()
	}
}
