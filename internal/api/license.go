package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// AssetPath names an app or a book.
type AssetPath struct {
	AdamID       string `path:"adam_id" maxLength:"64" doc:"Apple's number of the app or book."`
	PricingParam string `query:"pricing_param" maxLength:"16" doc:"STDQ if missing, or PLUS for books of high quality."`
}

func (p AssetPath) asset() vpp.AssetID {
	return vpp.AssetID{AdamID: p.AdamID, PricingParam: p.PricingParam}
}

// LicenseRequest says who is meant, and which app or book.
type LicenseRequest struct {
	Chosen
	AdamID       string `json:"adam_id" minLength:"1" maxLength:"64" doc:"Apple's number of the app or book."`
	PricingParam string `json:"pricing_param,omitempty" maxLength:"16" doc:"STDQ if missing, or PLUS for books of high quality."`
}

func (r LicenseRequest) asset() vpp.AssetID {
	return vpp.AssetID{AdamID: r.AdamID, PricingParam: r.PricingParam}
}

type assignInput struct {
	Repeatable
	Body struct {
		LicenseRequest
		Hold bool `json:"hold,omitempty" doc:"Keep the wish of who is not registered until they are; otherwise they are refused. Nobody is invited by it."`
	}
}

func (d *Door) assignLicenses(ctx context.Context, in *assignInput) (*answer[Task], error) {
	selection, err := d.choose(ctx, in.Body.Chosen)
	if err != nil {
		return nil, err
	}
	t, err := d.Licenses.Assign(ctx, actor(ctx), selection, in.Body.asset(), in.Body.Hold, in.key())
	return answered(taskOf(t), err)
}

type takeLicensesInput struct {
	Repeatable
	Body LicenseRequest
}

func (d *Door) takeBackLicenses(ctx context.Context, in *takeLicensesInput) (*answer[Task], error) {
	selection, err := d.choose(ctx, in.Body.Chosen)
	if err != nil {
		return nil, err
	}
	t, err := d.Licenses.TakeBack(ctx, actor(ctx), selection, in.Body.asset(), in.key())
	return answered(taskOf(t), err)
}

// Stock is what one location has of an app or book, in the order in which it
// gives it.
type Stock struct {
	LocationID string `json:"location_id"`
	Name       string `json:"name"`
	Position   int    `json:"position" doc:"In the order, from 1; 0 where the order leaves it out."`
	Total      int    `json:"total"`
	Assigned   int    `json:"assigned"`
	Available  int    `json:"available" doc:"As Apple counted them last."`
	Asked      int    `json:"asked" doc:"Are on their way to people."`
	Free       int    `json:"free" doc:"May be given to who waits; none where nothing may be assigned now."`
	Unlimited  bool   `json:"unlimited,omitempty"`
	Usable     bool   `json:"usable" doc:"Licenses may be assigned there now."`
}

func stockOf(k vpp.Stock) Stock {
	return Stock{string(k.LocationID), k.Name, k.Position, k.Total, k.Assigned, k.Available, k.Asked, k.Free(), k.Unlimited, k.Usable}
}

// LicensePreview is what assigning, and taking back, would do.
type LicensePreview struct {
	AdamID       string         `json:"adam_id"`
	PricingParam string         `json:"pricing_param"`
	ProductType  string         `json:"product_type"`
	Revocable    bool           `json:"revocable" doc:"False for books: whoever has one keeps it."`
	Now          int            `json:"now" doc:"People who can get a license at once, if nobody comes before."`
	Waiting      int            `json:"waiting" doc:"People who wait in line for a license."`
	Before       int            `json:"before" doc:"People who are in line already."`
	Free         int            `json:"free" doc:"Licenses that are free at all locations of the order."`
	Assign       map[string]int `json:"assign" doc:"People by what assigning does: ready, paused, held, has, wished, busy, refused."`
	Refused      map[string]int `json:"refused" doc:"People by the sentence that says why they get none."`
	TakeBack     map[string]int `json:"take_back" doc:"People by what taking back does: taken, ended, kept, busy, nothing."`
	Stocks       []Stock        `json:"stocks" nullable:"false"`
}

func previewOf(p license.Preview) LicensePreview {
	out := LicensePreview{
		AdamID: p.Asset.AdamID, PricingParam: p.Asset.PricingParam, ProductType: p.Product, Revocable: !p.Kept, Now: p.Now(), Waiting: p.Waiting(),
		Before: p.Before, Free: p.Free, Assign: map[string]int{}, Refused: p.Refused, TakeBack: map[string]int{}, Stocks: each(p.Stocks, stockOf),
	}
	for k, n := range p.Grants {
		out.Assign[string(k)] = n
	}
	for k, n := range p.Returns {
		out.TakeBack[string(k)] = n
	}
	return out
}

type previewLicensesInput struct {
	Body struct {
		LicenseRequest
		Hold bool `json:"hold,omitempty"`
	}
}

func (d *Door) previewLicenses(ctx context.Context, in *previewLicensesInput) (*answer[LicensePreview], error) {
	selection, err := d.choose(ctx, in.Body.Chosen)
	if err != nil {
		return nil, err
	}
	p, err := d.Licenses.Preview(ctx, selection, in.Body.asset(), in.Body.Hold)
	return answered(previewOf(p), err)
}

// LicenseStocks is how an app or book stands.
type LicenseStocks struct {
	Stocks []Stock        `json:"stocks" nullable:"false" doc:"In the order in which locations give it."`
	Wishes map[string]int `json:"wishes" doc:"People by the state of their wish."`
}

func (d *Door) licenseStocks(ctx context.Context, in *AssetPath) (*answer[LicenseStocks], error) {
	stocks, err := d.Licenses.Stocks(ctx, in.asset())
	if err != nil {
		return nil, err
	}
	return d.stocksAnswer(ctx, in.asset(), stocks)
}

func (d *Door) stocksAnswer(ctx context.Context, asset vpp.AssetID, stocks []vpp.Stock) (*answer[LicenseStocks], error) {
	counts, err := d.Licenses.Counts(ctx, asset)
	out := LicenseStocks{each(stocks, stockOf), map[string]int{}}
	for state, n := range counts {
		out.Wishes[string(state)] = n
	}
	return answered(out, err)
}

type orderInput struct {
	AssetPath
	Body struct {
		Locations []string `json:"locations" nullable:"false" maxItems:"1000" doc:"Ids of locations, the first gives first; those left out give none. With none at all, every location gives it, the default one first."`
	}
}

func (d *Door) setLicenseOrder(ctx context.Context, in *orderInput) (*answer[LicenseStocks], error) {
	order := make([]vpp.LocationID, len(in.Body.Locations))
	for i, id := range in.Body.Locations {
		order[i] = vpp.LocationID(id)
	}
	stocks, err := d.Licenses.SetOrder(ctx, actor(ctx), in.asset(), order)
	if err != nil {
		return nil, err
	}
	return d.stocksAnswer(ctx, in.asset(), stocks)
}

// Wish is that a person is to have an app or book, or is to give it back.
type Wish struct {
	UserID       string     `json:"user_id"`
	FullName     string     `json:"full_name"`
	Email        string     `json:"email,omitempty"`
	AdamID       string     `json:"adam_id"`
	PricingParam string     `json:"pricing_param"`
	State        string     `json:"state" enum:"held,paused,in_line,waiting,assigned,refused,taking_back,taken_back"`
	Why          string     `json:"why,omitempty" doc:"Why the person does not have it, in a sentence."`
	Position     int        `json:"position,omitempty" doc:"In the line, from 1; missing for who is not in line."`
	LocationID   string     `json:"location_id,omitempty" doc:"Where Apple's assignments show it."`
	WantedAt     time.Time  `json:"wanted_at"`
	WantedBy     string     `json:"wanted_by"`
	AcceptedAt   *time.Time `json:"accepted_at,omitempty" doc:"When the person registered: the order of the line."`
	TaskID       string     `json:"task_id,omitempty"`
	AppleError   int        `json:"apple_error,omitempty"`
}

func wishOf(w vpp.Wish) Wish {
	return Wish{
		UserID: string(w.UserID), FullName: w.FullName, Email: w.Email, AdamID: w.AdamID, PricingParam: w.PricingParam, State: string(w.State()), Why: w.Why(),
		Position: w.Position, LocationID: string(w.Location), WantedAt: w.WantedAt.UTC(), WantedBy: w.WantedBy, AcceptedAt: at(w.LineAt),
		TaskID: string(w.TaskID), AppleError: w.AppleError,
	}
}

type lineInput struct {
	AssetPath
	Paging
}

func (d *Door) licenseLine(ctx context.Context, in *lineInput) (*answer[List[Wish]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := d.Licenses.Line(ctx, in.asset(), page)
	return listOf(list, err, wishOf)
}

func (d *Door) userWishes(ctx context.Context, in *UserPath) (*answer[List[Wish]], error) {
	if _, err := d.People.Profile(ctx, in.id()); err != nil {
		return nil, err
	}
	all, err := d.Licenses.Wishes(ctx, in.id())
	return answered(List[Wish]{Items: each(all, wishOf)}, err)
}
