// Package license assigns apps and books to people, keeps who waits for one,
// and takes licenses back.
//
// It owns wishes: who is to have what, and from which locations, one after the
// other. It never says that somebody has a license: Apple's assignments do,
// which program reads; and it never calls Apple, program does.
package license

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps wishes. Each method is one transaction.
type Store interface {
	BeginTask(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, key string) (vpp.Task, error)
	// PlanLicenses asks plan about the next people of a task and writes what it
	// answers; true when everybody was asked.
	PlanLicenses(ctx context.Context, id vpp.TaskID, plan func(vpp.WishCase) vpp.PlannedWish) (bool, error)
	CountWishCases(ctx context.Context, s vpp.Selection, asset vpp.AssetID) ([]vpp.WishCount, error)
	lines
}

type lines interface {
	// Stocks returns what each location has of an asset, in the order in which
	// they give it.
	Stocks(ctx context.Context, asset vpp.AssetID) ([]vpp.Stock, error)
	SetLicenseOrder(ctx context.Context, by vpp.Actor, asset vpp.AssetID, order []vpp.LocationID) error
	Line(ctx context.Context, asset vpp.AssetID, page vpp.Page) (vpp.List[vpp.Wish], error)
	CountWishes(ctx context.Context, asset vpp.AssetID) (map[vpp.WishState]int, error)
	Wishes(ctx context.Context, user vpp.UserID) ([]vpp.Wish, error)
}

// Service is the room.
type Service struct {
	store Store
	now   vpp.Clock
	ids   vpp.IDs
}

// New makes the service.
func New(store Store, now vpp.Clock, ids vpp.IDs) *Service { return &Service{store, now, ids} }

// Assign begins to give everybody of a selection a license of an app or book.
// Who is registered gets it in the order in which they accepted, as far as
// licenses last; the others wait in line. Who is not registered is refused,
// unless hold keeps the wish until they are (F-60). A key that was used before
// gives the task of then.
func (s *Service) Assign(ctx context.Context, by vpp.Actor, sel vpp.Selection, asset vpp.AssetID, hold bool, key string) (vpp.Task, error) {
	params := map[string]string{}
	if hold {
		params["hold"] = "yes"
	}
	return s.begin(ctx, by, vpp.TaskAssign, "Assign ", sel, asset, params, key)
}

// TakeBack begins to take an app back from everybody of a selection, and to
// end their wishes for it. Books stay with who has them (F-69).
func (s *Service) TakeBack(ctx context.Context, by vpp.Actor, sel vpp.Selection, asset vpp.AssetID, key string) (vpp.Task, error) {
	return s.begin(ctx, by, vpp.TaskTakeBack, "Take back ", sel, asset, map[string]string{}, key)
}

func (s *Service) begin(ctx context.Context, by vpp.Actor, kind vpp.TaskKind, title string, sel vpp.Selection, asset vpp.AssetID, params map[string]string, key string) (vpp.Task, error) {
	if !sel.All && len(sel.IDs) == 0 {
		return vpp.Task{}, vpp.Errorf(vpp.Invalid, "Nobody is chosen: choose people first.")
	}
	stocks, err := s.Stocks(ctx, asset)
	if err != nil {
		return vpp.Task{}, err
	}
	asset = stocks[0].AssetID
	params["adam_id"], params["pricing_param"] = asset.AdamID, asset.PricingParam
	task := vpp.Task{ID: vpp.TaskID(s.ids()), Kind: kind, Title: title + asset.AdamID, CreatedBy: by.Name, CreatedAt: s.now(), Params: params}
	return s.store.BeginTask(ctx, by, task, sel, key)
}

// Expand turns the selection of a task into wishes. Whoever calls it again
// after a crash finds it where it was.
func (s *Service) Expand(ctx context.Context, task vpp.Task) error {
	plan := func(c vpp.WishCase) vpp.PlannedWish { return planAssign(c, task.Params["hold"] != "") }
	if task.Kind == vpp.TaskTakeBack {
		stocks, err := s.store.Stocks(ctx, vpp.AssetOf(task.Params))
		if err != nil {
			return err
		}
		plan = func(c vpp.WishCase) vpp.PlannedWish { return planReturn(c, revocable(stocks)) }
	}
	for {
		done, err := s.store.PlanLicenses(ctx, task.ID, plan)
		if err != nil || done {
			return err
		}
	}
}

// revocable says whether an asset can be taken back; what no location has any
// more is tried.
func revocable(stocks []vpp.Stock) bool {
	return !slices.ContainsFunc(stocks, func(k vpp.Stock) bool { return !k.Revocable })
}

// planAssign decides for each person what asking for a license does. Only who
// may get it now keeps the task open; a wish that is held waits by itself.
func planAssign(c vpp.WishCase, hold bool) vpp.PlannedWish {
	grant, why := c.Grant(hold)
	p := vpp.PlannedWish{State: vpp.ItemSkipped, Detail: why, Count: string(grant)}
	switch grant {
	case vpp.GrantReady:
		p.State, p.Want = vpp.ItemQueued, true
	case vpp.GrantPaused, vpp.GrantHeld:
		p.Want = true
	case vpp.GrantHas:
		p.State = vpp.ItemDone
	case vpp.GrantRefused, vpp.GrantBusy:
		p.State = vpp.ItemFailed
	case vpp.GrantWished:
	}
	return p
}

// planReturn decides for each person what taking a license back does.
func planReturn(c vpp.WishCase, revocable bool) vpp.PlannedWish {
	back, why := c.Return(revocable)
	p := vpp.PlannedWish{State: vpp.ItemSkipped, Detail: why, Count: string(back)}
	switch back {
	case vpp.ReturnTaken:
		p.State, p.Take = vpp.ItemQueued, true
	case vpp.ReturnEnded:
		p.State, p.End = vpp.ItemDone, true
	case vpp.ReturnKept, vpp.ReturnBusy:
		p.State = vpp.ItemFailed
	case vpp.ReturnNothing:
	}
	return p
}
