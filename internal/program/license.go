package program

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// readAssignments reads in whose hands licenses are. What came is written page
// by page. What is gone shows in a full read alone: where nothing moved while
// it was read, whatever was not seen is gone; else its holders are asked for
// by name. Nothing is gone because one page lacked it.
func (t *tender) readAssignments(ctx context.Context, w *libraryWalk) error {
	if w.Next < 0 {
		return nil
	}
	was := &imprint{}
	if w.Full {
		var err error
		if was, err = t.loadImprint(ctx, vpp.ImprintedAssignments); err != nil {
			return err
		}
	}
	began := t.config.Now()
	query := appsandbooks.AssignmentsQuery{SinceVersionID: w.Since, PageIndex: w.Next}
	_, err := t.apple.WalkAssignments(ctx, query, func(p *appsandbooks.AssignmentsPage) error {
		if err := t.takeAssignments(ctx, w, p, was); err != nil {
			return err
		}
		if p.NextPageIndex == nil {
			return nil
		}
		return t.makeRoom(ctx, began)
	})
	switch {
	case err != nil:
		return err
	case !w.Full:
		return t.doubtAdded(ctx, w)
	}
	again, err := t.missingAssignments(ctx, w, was)
	if err != nil || !again {
		return err
	}
	*w = libraryWalk{Full: true, Started: w.Started, Changed: w.Changed, Restarts: w.Restarts, Twice: true}
	return t.walkLibrary(ctx, w)
}

// makeRoom ends a read of licenses for now when the job's slice is over, or
// users are due.
func (t *tender) makeRoom(ctx context.Context, began time.Time) error {
	now := t.config.Now()
	if now.After(t.end) {
		return errSlice
	}
	if now.Sub(began) < patience {
		return nil
	}
	wanted, err := t.store.ReadWanted(ctx, t.l.ID)
	if err != nil {
		return err
	}
	since := earliest(wanted.Since, wanted.FullSince)
	if wanted.Walk != "" || !since.IsZero() && !since.After(now) {
		return errSlice
	}
	return nil
}

// takeAssignments writes a page's licenses that were not known.
func (t *tender) takeAssignments(ctx context.Context, w *libraryWalk, p *appsandbooks.AssignmentsPage, was *imprint) error {
	asked := t.config.Now()
	var ask []vpp.Assignment
	for i := range p.Assignments {
		a := assignmentOf(&p.Assignments[i])
		if a.AdamID == "" || (a.ClientUserID == "") == (a.SerialNumber == "") { // in nobody's hands, or in two
			continue
		}
		if row, found := was.find(vpp.Digest(a.AdamID, a.PricingParam, string(a.ClientUserID), a.SerialNumber, "")); found {
			w.seen.add(row)
			continue
		}
		ask = append(ask, a)
	}
	rows, err := t.store.AssignmentRows(ctx, t.l.ID, ask)
	if err != nil {
		return err
	}
	var fresh []vpp.Assignment
	var again []int64
	for _, a := range ask {
		row, known := rows[a]
		if !known {
			rows[a] = 0 // a page may name it twice
			fresh = append(fresh, a)
		} else if row > 0 {
			w.seen.add(row)
			again = append(again, row)
		}
	}
	if !w.Full { // what is known and named as changed may be gone
		if err := t.store.WantLooks(ctx, t.l.ID, again); err != nil {
			return err
		}
	}
	added, err := t.store.AddAssignments(ctx, t.l.ID, fresh, asked)
	if err != nil {
		return err
	}
	w.add(added)
	w.pass(p)
	return nil
}

// add notes the rows that were added.
func (w *libraryWalk) add(rows map[vpp.Assignment]int64) {
	for a, row := range rows {
		w.seen.add(row)
		if key := assetKey(a.AssetID); w.Added != nil {
			w.Added[key] = append(w.Added[key], row)
		}
	}
	if len(rows) > 0 {
		w.Changed["licenses_added"] += len(rows)
	}
}

// doubtAdded asks by name for who was named in a delta with an asset of which
// Apple counts fewer in people's hands than were added: Apple may name what is
// gone like what came.
func (t *tender) doubtAdded(ctx context.Context, w *libraryWalk) error {
	for key, rows := range w.Added {
		if len(rows) == w.Grown[key] {
			continue
		}
		if err := t.store.WantLooks(ctx, t.l.ID, rows); err != nil {
			return err
		}
	}
	return nil
}

// pass moves the walk on by a page that is written.
func (w *libraryWalk) pass(p *appsandbooks.AssignmentsPage) {
	if w.Version == "" {
		w.Version = p.VersionID
	}
	w.Moved = w.Moved || p.VersionID != w.Version
	if w.Next = -1; p.NextPageIndex != nil {
		w.Next = *p.NextPageIndex
	}
}

func assignmentOf(a *appsandbooks.Assignment) vpp.Assignment {
	return vpp.Assignment{
		AssetID:      vpp.AssetID{AdamID: a.AdamID, PricingParam: pricing(a.PricingParam)},
		ClientUserID: vpp.ClientUserID(a.ClientUserID), SerialNumber: a.SerialNumber,
	}
}

// missingAssignments deals with licenses that a full read did not show, or
// says that they had better be walked again: when they are many and moved.
func (t *tender) missingAssignments(ctx context.Context, w *libraryWalk, was *imprint) (again bool, err error) {
	var gone []int64
	if was.there() {
		gone = was.unseen(w.seen)
	} else if gone, err = t.store.AssignmentsUnseen(ctx, t.l.ID, func(row int64) bool { return !w.seen.has(row) }); err != nil {
		return false, err
	}
	switch {
	case len(gone) == 0:
		return false, nil
	case w.Moved && len(gone) >= someLooks && !w.Twice:
		return true, nil
	case w.Moved:
		return false, t.store.WantLooks(ctx, t.l.ID, gone)
	}
	n, err := t.store.RemoveAssignments(ctx, t.l.ID, gone)
	if n > 0 {
		w.Changed["licenses_removed"] += n
	}
	return false, err
}

// someLooks is how many holders are in hand at a time to be asked for by name.
const someLooks = 1000

// lookAtHolders asks Apple by name for all licenses of the holders in doubt,
// until there are none. It makes room when users are due.
func (t *tender) lookAtHolders(ctx context.Context, w *libraryWalk) error {
	began := t.config.Now()
	for {
		holders, err := t.store.Looks(ctx, t.l.ID, someLooks)
		if err != nil || len(holders) == 0 {
			return err
		}
		for some := range slices.Chunk(holders, t.config.Parallel) {
			if err := t.lookAtSome(ctx, w, some); err != nil {
				return err
			}
			if err := t.makeRoom(ctx, began); err != nil {
				return err
			}
		}
	}
}

func (t *tender) lookAtSome(ctx context.Context, w *libraryWalk, some []vpp.Holder) error {
	asked := t.config.Now()
	has := make([][]vpp.AssetID, len(some))
	var calls []func() error
	for i, h := range some {
		calls = append(calls, func() (err error) {
			has[i], err = t.licensesOf(ctx, h)
			return err
		})
	}
	errs := t.together(calls)
	for i, h := range some {
		if errs[i] != nil { // the others need not be asked for again
			continue
		}
		added, removed, err := t.store.Looked(ctx, t.l.ID, h, has[i], asked)
		if err != nil {
			return err
		}
		w.Changed["licenses_added"] += added
		w.Changed["licenses_removed"] += removed
	}
	return errors.Join(errs...)
}

func (t *tender) licensesOf(ctx context.Context, h vpp.Holder) ([]vpp.AssetID, error) {
	var has []vpp.AssetID
	query := appsandbooks.AssignmentsQuery{ClientUserID: string(h.ClientUserID), SerialNumber: h.SerialNumber}
	_, err := t.apple.WalkAssignments(ctx, query, func(p *appsandbooks.AssignmentsPage) error {
		for i := range p.Assignments {
			// A server that ignores the filter must not be believed.
			if a := assignmentOf(&p.Assignments[i]); a.ClientUserID == h.ClientUserID && a.SerialNumber == h.SerialNumber {
				has = append(has, a.AssetID)
			}
		}
		return nil
	})
	if appsandbooks.IsNumber(err, appsandbooks.UserNotFound) {
		return nil, nil
	}
	return has, err
}
