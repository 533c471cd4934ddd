package view_test

import (
	"time"

	"github.com/a-h/templ"

	. "github.com/rsvpp/rsvpp/internal/console/view"
)

// licensing are the pages around assigning apps and books.
func licensing(theme string) map[string]templ.Component {
	stocks := []StockLine{
		{ID: "1", Name: "Gymnasium Berlin-Mitte", Position: "1", Total: "300", Assigned: "296", Asked: "4", Free: "0", Usable: true},
		{ID: "2", Name: "مدرسة القاهرة الدولية", Position: "2", Total: "unlimited", Assigned: "12", Asked: "0", Free: "unlimited", Usable: true},
		{ID: "3", Name: "北京国际学校", Total: "40", Assigned: "1", Asked: "0", Free: "0"},
	}
	line := func(i, position int, tone Tone, state, why string) WishLine {
		return WishLine{
			UserID: "u", Name: sampleNames()[i], Key: "408709785.STDQ", Number: "App 408709785", Href: "/licenses/408709785.STDQ", Tone: tone, State: state, Why: why,
			Position: position, Since: ago(time.Duration(i+1) * time.Hour), By: "Ada Lindqvist", CanTake: true,
		}
	}
	lines := []WishLine{
		line(0, 1, Neutral, "In line", "It is assigned when a license is free where the person is registered."), line(1, 2, Neutral, "In line", "It is assigned when a license is free where the person is registered."),
		line(2, 0, Bad, "Refused", "The Apple Account belongs to another country's store. Ask the person to use an account of the location's country. (Apple's error 9605)"),
		line(3, 0, Neutral, "Held", "It is assigned when the person is registered at a location that has it."),
	}
	asset := AssetPage{
		Page: page(theme, "locations", "App 408709785"), Key: "408709785.STDQ", Store: "https://apps.apple.com/de/app/id408709785", Kind: "App", Location: "1",
		Everyone: "Assign to everybody at Gymnasium Berlin-Mitte", Stocks: stocks, Counts: []Fact{{Term: "In line", Text: "212"}, {Term: "Assigned", Text: "296"}}, Line: lines,
		Pager: Pager{Next: "/licenses/408709785.STDQ?after=x"}, May: true,
	}
	book := asset
	book.Page.Title, book.Kind, book.Kept, book.Line, book.Counts, book.May = "Book 1440147259", "Book", true, nil, nil, false
	ask := Assign{Page: page(theme, "users", "Assign an app or book"), Selection: deletion(theme).Selection, Assets: []Choice{{Value: "408709785.STDQ", Text: "App 408709785"}}}
	none := ask
	none.Assets = nil
	said := ask
	said.Asset, said.Number, said.Hold, said.Gets, said.Now, said.Waiting, said.Before, said.Held, said.Taken, said.Keeps, said.Stocks = "408709785.STDQ", "App 408709785", true, 240, 4, 212, 30, 24, 12, 3, stocks
	said.Kept, said.Several, said.Others = true, true, []Reason{{Text: "with a license of it already", Count: 12}, {Text: "No license can be assigned: the person is being removed.", Count: 1}}
	nobody, take := said, said
	nobody.Gets, nobody.Now, nobody.Waiting, nobody.Held, nobody.Taken, nobody.Keeps = 0, 0, 0, 0, 0, 0
	take.Take, take.Ended, take.Page.Title = true, 1, "Take back a license"
	person := freshUser(theme)
	person.Wishes = lines
	return map[string]templ.Component{
		"asset": OneAssetPage(asset), "asset-book": OneAssetPage(book), "assign-ask": AssignPage(ask), "assign-none": AssignPage(none),
		"assign-said": AssignPage(said), "assign-nobody": AssignPage(nobody), "assign-take": AssignPage(take), "user-wishes": UserPage(person),
	}
}
