package appsandbooks

// Values of PricingParam. Apple means STDQ where it names none.
const (
	STDQ = "STDQ" // standard quality
	PLUS = "PLUS" // high quality, of books
)

// Values of ProductType.
const (
	App  = "App"
	Book = "Book"
)

// AssetKey names an asset.
type AssetKey struct {
	AdamID       string `json:"adamId"`
	PricingParam string `json:"pricingParam,omitempty"`
}

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

// Key names the asset.
func (a Asset) Key() AssetKey { return AssetKey{AdamID: a.AdamID, PricingParam: a.PricingParam} }

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

func (a *assetsAnswer) list(r *jsonReader, name []byte) bool {
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
