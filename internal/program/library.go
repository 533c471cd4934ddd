package program

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

type libraries interface {
	WantLibraryRead(ctx context.Context, id vpp.LocationID) error
	LibraryWanted(ctx context.Context, id vpp.LocationID) (vpp.LibraryWanted, error)
	BeginLibraryRead(ctx context.Context, id vpp.LocationID, full bool, walk string) error
	KeepLibraryRead(ctx context.Context, id vpp.LocationID, walk string) error
	FinishLibraryRead(ctx context.Context, id vpp.LocationID, r vpp.LibraryResult) error

	WriteAssets(ctx context.Context, id vpp.LocationID, assets []vpp.Asset, whole bool, read time.Time) (int, error)
	Assets(ctx context.Context, id vpp.LocationID) ([]vpp.Asset, error)
	LicensesOf(ctx context.Context, user vpp.UserID) ([]vpp.License, error)

	AssignmentRows(ctx context.Context, id vpp.LocationID, list []vpp.Assignment) (map[vpp.Assignment]int64, error)
	AddAssignments(ctx context.Context, id vpp.LocationID, list []vpp.Assignment, read time.Time) (map[vpp.Assignment]int64, error)
	RemoveAssignments(ctx context.Context, id vpp.LocationID, rows []int64) (int, error)
	AssignmentsUnseen(ctx context.Context, id vpp.LocationID, unseen func(row int64) bool) ([]int64, error)
	WantLooks(ctx context.Context, id vpp.LocationID, rows []int64) error
	Looks(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.Holder, error)
	Looked(ctx context.Context, id vpp.LocationID, h vpp.Holder, has []vpp.AssetID, read time.Time) (added, removed int, err error)
}

// Assets lists the apps and books of a location as Apple counted them last.
func (s *Service) Assets(ctx context.Context, id vpp.LocationID) ([]vpp.Asset, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.store.Assets(ctx, l.ID)
}

// Licenses lists the apps and books that a person holds, at every location, as
// far as they have been read.
func (s *Service) Licenses(ctx context.Context, user vpp.UserID) ([]vpp.License, error) {
	return s.store.LicensesOf(ctx, user)
}

// libraryWalk is how far a read of licenses has come; see walk.
type libraryWalk struct {
	Full     bool
	Since    string
	Version  string
	Next     int
	Started  time.Time
	Moved    bool               // what is read changed under way
	Twice    bool               // the pages are walked again, because too much was missed while they moved
	Assets   bool               // apps and books were read
	Grown    map[string]int     // in a delta: how many more of each asset Apple counts in people's hands
	Added    map[string][]int64 // in a delta: the rows that were added, by asset
	Restarts int
	Changed  map[string]int
	Seen     string

	seen bitmap
}

// patience is how long a read of licenses goes on while users are due.
const patience = time.Second

// readLibrary reads apps and books and in whose hands they are, when that is
// asked for. Users go before: it makes room for them.
func (t *tender) readLibrary(ctx context.Context) error {
	wanted, err := t.store.LibraryWanted(ctx, t.l.ID)
	if err != nil {
		return err
	}
	since := earliest(wanted.Since, wanted.FullSince)
	if wanted.Walk == "" && (since.IsZero() || since.After(t.config.Now())) {
		return nil
	}
	w, err := t.loadLibraryWalk(ctx, wanted)
	if err != nil {
		return err
	}
	err = t.walkLibrary(ctx, w)
	if err != nil {
		return t.libraryBroke(ctx, w, err)
	}
	if w.Full {
		if err := t.store.RenewImprint(ctx, t.l.ID, vpp.ImprintedAssignments); err != nil {
			return err
		}
	}
	r := vpp.LibraryResult{Full: w.Full, Version: w.Version, Started: w.Started, Changed: w.Changed}
	if err := t.store.FinishLibraryRead(ctx, t.l.ID, r); err != nil {
		return err
	}
	return t.concludeLicenses(ctx, w.Started)
}

func (t *tender) loadLibraryWalk(ctx context.Context, wanted vpp.LibraryWanted) (*libraryWalk, error) {
	if wanted.Walk != "" {
		w := &libraryWalk{}
		if err := json.Unmarshal([]byte(wanted.Walk), w); err != nil {
			return nil, err
		}
		bits, err := base64.StdEncoding.DecodeString(w.Seen)
		w.seen = bits
		return w, err
	}
	full := !wanted.FullSince.IsZero() && !wanted.FullSince.After(t.config.Now()) || t.l.AssignmentsVersion == ""
	w := &libraryWalk{Full: full, Started: t.config.Now(), Changed: map[string]int{}}
	if !full {
		w.Since = t.l.AssignmentsVersion
	}
	text, err := w.encode()
	if err != nil {
		return nil, err
	}
	return w, t.store.BeginLibraryRead(ctx, t.l.ID, full, text)
}

func (w *libraryWalk) encode() (string, error) {
	w.Seen = base64.StdEncoding.EncodeToString(w.seen)
	text, err := json.Marshal(w)
	return string(text), err
}

// walkLibrary goes on with a read of licenses until it is done or makes room.
func (t *tender) walkLibrary(ctx context.Context, w *libraryWalk) error {
	if !w.Assets {
		if err := t.readAssets(ctx, w); err != nil {
			return err
		}
		w.Assets = true
	}
	if err := t.readAssignments(ctx, w); err != nil {
		return err
	}
	if err := t.store.WantLicenseLooks(ctx, t.l.ID, w.Started); err != nil { // what a delta does not tell
		return err
	}
	return t.lookAtHolders(ctx, w)
}

// readAssets reads all apps and books: they are few, and have no deltas.
func (t *tender) readAssets(ctx context.Context, w *libraryWalk) error {
	asked := t.config.Now()
	var assets []vpp.Asset
	odd := 0 // records without a number
	walk, err := t.apple.WalkAssets(ctx, appsandbooks.AssetsQuery{}, func(p *appsandbooks.AssetsPage) error {
		for _, a := range p.Assets {
			if a.AdamID == "" {
				odd++
				continue
			}
			assets = append(assets, assetOf(a))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.grown(ctx, w, assets); err != nil {
		return err
	}
	if odd > 0 {
		t.config.Logger.WarnContext(ctx, "Apple lists apps or books without their number; nothing is concluded from what is missing", "location", t.l.ID, "records", odd)
	}
	// What changed its page while they were read, or could not be read, must not pass for gone.
	changed, err := t.store.WriteAssets(ctx, t.l.ID, unique(assets), !walk.Moved && odd == 0, asked)
	if changed > 0 {
		w.Changed["assets_changed"] += changed
	}
	return err
}

// grown notes how many more licenses of each asset are in people's hands than
// at the last read.
func (t *tender) grown(ctx context.Context, w *libraryWalk, now []vpp.Asset) error {
	if w.Full {
		return nil
	}
	was, err := t.store.Assets(ctx, t.l.ID)
	if err != nil {
		return err
	}
	w.Grown, w.Added = map[string]int{}, map[string][]int64{}
	for _, a := range now {
		w.Grown[assetKey(a.AssetID)] += a.Assigned + a.Retired
	}
	for _, a := range was {
		w.Grown[assetKey(a.AssetID)] -= a.Assigned + a.Retired
	}
	return nil
}

func assetKey(a vpp.AssetID) string { return a.AdamID + " " + a.PricingParam }

// unique keeps what was read last of each asset.
func unique(assets []vpp.Asset) []vpp.Asset {
	at := make(map[vpp.AssetID]int, len(assets))
	kept := assets[:0]
	for _, a := range assets {
		if i, twice := at[a.AssetID]; twice {
			kept[i] = a
			continue
		}
		at[a.AssetID] = len(kept)
		kept = append(kept, a)
	}
	return kept
}

func assetOf(a appsandbooks.Asset) vpp.Asset {
	out := vpp.Asset{
		AssetID: vpp.AssetID{AdamID: a.AdamID, PricingParam: pricing(a.PricingParam)}, ProductType: a.ProductType, Total: a.TotalCount,
		Assigned: a.AssignedCount, Available: a.AvailableCount, Retired: a.RetiredCount, Unlimited: a.Unlimited,
		DeviceAssignable: a.DeviceAssignable, Revocable: a.Revocable, Platforms: a.SupportedPlatforms,
	}
	if a.Unlimited {
		out.Total, out.Available, out.Retired = 0, 0, 0
	}
	return out
}

// pricing says STDQ where Apple says nothing, as Apple means it.
func pricing(p string) string {
	if p == "" {
		return appsandbooks.STDQ
	}
	return p
}

// libraryBroke stores how far a read of licenses has come; see walkBroke.
func (t *tender) libraryBroke(ctx context.Context, w *libraryWalk, err error) error {
	var page *appsandbooks.PageError
	again := libraryWalk{Full: w.Full, Since: w.Since, Started: w.Started, Assets: w.Assets, Grown: w.Grown, Added: w.Added, Changed: w.Changed, Twice: w.Twice, Restarts: w.Restarts + 1}
	switch {
	case errors.Is(err, errSlice):
		err = nil
	case errors.Is(err, appsandbooks.ErrUnknownVersion):
		again.Full, again.Since = true, ""
		*w, err = again, nil
	case errors.As(err, &page), appsandbooks.IsNumber(err, appsandbooks.PageOutOfRange):
		if *w = again; w.Restarts%3 != 0 { // now and then the location is left alone for a while
			err = nil
		}
	}
	text, encodeErr := w.encode()
	if encodeErr != nil {
		return encodeErr
	}
	return errors.Join(err, t.store.KeepLibraryRead(context.WithoutCancel(ctx), t.l.ID, text))
}
