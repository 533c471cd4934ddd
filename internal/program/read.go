package program

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// walk is how far a read of many pages has come. It is stored at the end of
// every slice, so that any node can go on.
type walk struct {
	Full     bool
	Removed  bool   // with those who were removed: people moved in of whom nothing is known
	Since    string // version read from, in a delta
	Version  string // the first page's: where the next delta begins
	Next     int    // page to ask for next
	Total    int
	Started  time.Time
	Records  int
	Moved    bool // records changed while they were read
	Restarts int
	Changed  map[string]int
	Seen     string             // who was seen living: a bitmap by number in the store, base64
	Retired  time.Time          // since when the retired are walked, because more were missed than are best asked for by name
	Verify   []vpp.ClientUserID // lived here, were not seen: asked for by name
	Checked  int64              // who was missed is dealt with up to this number in the store
	Named    int                // were asked for by name,
	Gone     int                // and are gone
	Partly   bool               // not all who were missed were asked for

	seen bitmap
}

// errSlice ends a walk because the job's slice is over.
var errSlice = errors.New("the slice is over")

// readDue reads when that is asked for, or when batches wait for their
// results; while other calls are due it lets several results come together.
func (t *tender) readDue(ctx context.Context, f *flow) error {
	wanted, err := t.store.ReadWanted(ctx, t.l.ID)
	if err != nil {
		return err
	}
	settled, err := t.store.SettledBatches(ctx, t.l.ID)
	if err != nil {
		return err
	}
	since := earliest(wanted.Since, wanted.FullSince)
	if len(settled) > 0 {
		since = earliest(since, settled[0].SettledAt)
	}
	gather := f.busy && t.config.Now().Sub(since) < t.config.Cadence.Settle && peopleIn(settled) < f.enough
	if wanted.Walk == "" && (since.IsZero() || since.After(t.config.Now()) || gather) {
		return nil
	}
	began, done, err := t.readSlice(ctx, wanted)
	if err != nil || !done {
		return err
	}
	if len(settled) > 0 {
		f.enough = min(2*f.enough, fullPages)
	}
	// What settled while the read was under way waits for the next one.
	shown := slices.DeleteFunc(settled, func(b vpp.Batch) bool { return b.SettledAt.After(began) })
	return t.conclude(ctx, shown)
}

func peopleIn(batches []vpp.Batch) (n int) {
	for _, b := range batches {
		n += b.Size
	}
	return n
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// readSlice begins a read or goes on with one, and says when it began and
// whether it is done.
func (t *tender) readSlice(ctx context.Context, wanted vpp.ReadWanted) (began time.Time, done bool, err error) {
	w, err := t.loadWalk(ctx, wanted)
	if err != nil {
		return began, false, err
	}
	was := &imprint{}
	if w.Full {
		if was, err = t.loadImprint(ctx, vpp.ImprintedUsers); err != nil {
			return began, false, err
		}
	}
	if err := t.walkPages(ctx, w, was); err != nil {
		return began, false, t.walkBroke(ctx, w, err)
	}
	if w.Full {
		if err := t.findMissed(ctx, w, was); err != nil {
			return began, false, t.walkBroke(ctx, w, err)
		}
	}
	return w.Started, true, t.finishRead(ctx, w)
}

// finishRead stores what a read brought, and when the next is due.
func (t *tender) finishRead(ctx context.Context, w *walk) (err error) {
	if w.Full {
		if err := t.store.RenewImprint(ctx, t.l.ID, vpp.ImprintedUsers); err != nil {
			return err
		}
	}
	r := vpp.ReadResult{Full: w.Full, Partly: w.Partly, Moved: w.Moved, Version: w.Version, Seen: w.Records, Started: w.Started, Changed: w.Changed}
	if r.NextRead, r.NextFull, err = t.afterRead(ctx, t.l.ID, w.Full); err != nil {
		return err
	}
	if w.Partly {
		r.NextFull = r.NextRead
	}
	return t.store.FinishRead(ctx, t.l.ID, r)
}

func (t *tender) loadWalk(ctx context.Context, wanted vpp.ReadWanted) (_ *walk, err error) {
	if wanted.Walk != "" {
		w := &walk{}
		if err := json.Unmarshal([]byte(wanted.Walk), w); err != nil {
			return nil, err
		}
		bits, err := base64.StdEncoding.DecodeString(w.Seen)
		w.seen = bits
		return w, err
	}
	full := !wanted.FullSince.IsZero() || t.l.UsersVersion == ""
	w := &walk{Full: full, Started: t.config.Now(), Changed: map[string]int{}}
	if full {
		if err := t.lookWhetherTold(ctx); err != nil {
			return nil, err
		}
	}
	if !full {
		w.Since = t.l.UsersVersion
	} else if w.Removed, err = t.store.Unread(ctx, t.l.ID); err != nil {
		return nil, err
	}
	text, err := w.encode()
	if err != nil {
		return nil, err
	}
	return w, t.store.BeginRead(ctx, t.l.ID, full, text, w.Started)
}

func (w *walk) encode() (string, error) {
	w.Seen = base64.StdEncoding.EncodeToString(w.seen)
	text, err := json.Marshal(w)
	return string(text), err
}

// walkPages reads pages from where the walk stands. Pages come several at a
// time; while one is written the next is compared. The walk has come as far as
// the last page that is written.
func (t *tender) walkPages(ctx context.Context, w *walk, was *imprint) error {
	if w.Next < 0 {
		return nil
	}
	asked := t.config.Now()
	written := func() error { return nil }
	_, err := t.apple.WalkUsers(ctx, w.query(), func(p *appsandbooks.UsersPage) error {
		found, err := t.take(ctx, w, p, was, asked)
		if err != nil {
			return err
		}
		if err := written(); err != nil {
			written = func() error { return err }
			return err
		}
		written = t.writePage(ctx, w, p, found, asked)
		if p.NextPageIndex != nil && t.config.Now().After(t.end) {
			return errSlice
		}
		return nil
	})
	if writeErr := written(); writeErr != nil {
		return writeErr
	}
	return err
}

// query is what a walk asks for.
func (w *walk) query() appsandbooks.UsersQuery {
	if !w.Retired.IsZero() {
		return appsandbooks.UsersQuery{RetiredOnly: true, PageIndex: w.Next}
	}
	return appsandbooks.UsersQuery{ActiveOnly: w.Full && !w.Removed, SinceVersionID: w.Since, PageIndex: w.Next}
}

// take compares a page, and notes who was seen living.
func (t *tender) take(ctx context.Context, w *walk, p *appsandbooks.UsersPage, was *imprint, asked time.Time) (applied, error) {
	if !w.Retired.IsZero() {
		return t.takeRetired(ctx, w, p)
	}
	records := make([]vpp.Record, 0, len(p.Users))
	for i := range p.Users {
		r := recordOf(p.Users[i])
		if was.there() {
			if seq, same := was.find(digestOf(r)); same {
				w.seen.add(seq)
				continue
			}
		}
		records = append(records, r)
	}
	found, err := t.compare(ctx, records, asked, w.seen)
	for _, seq := range found.living {
		w.seen.add(seq)
	}
	return found, err
}

// writePage begins to write a page; the returned function waits for it and
// moves the walk on.
func (t *tender) writePage(ctx context.Context, w *walk, p *appsandbooks.UsersPage, found applied, asked time.Time) func() error {
	done := make(chan error, 1)
	go func() { done <- t.write(ctx, found, asked) }()
	return func() error {
		if err := <-done; err != nil {
			return err
		}
		w.pass(p, found)
		return nil
	}
}

// pass moves the walk on by a page that is written.
func (w *walk) pass(p *appsandbooks.UsersPage, found applied) {
	if w.Version == "" {
		w.Version = p.VersionID
	}
	w.Moved = w.Moved || p.VersionID != w.Version
	for k, n := range found.changed {
		w.Changed[k] += n
	}
	if w.Retired.IsZero() {
		w.Records += len(p.Users)
	}
	w.Total, w.Next = p.TotalPages, -1
	if p.NextPageIndex != nil {
		w.Next = *p.NextPageIndex
	}
}

// readNamed reads people one by one and writes what is so of all whom Apple
// answered about; left are the others. Whom Apple does not know at all any more
// counts as retired if we knew them there.
func (t *tender) readNamed(ctx context.Context, names []vpp.ClientUserID, changed map[string]int) (left []vpp.ClientUserID, err error) {
	asked := t.config.Now()
	found := make([][]vpp.Record, len(names))
	var calls []func() error
	for i, name := range names {
		calls = append(calls, func() (err error) {
			found[i], err = t.readOne(ctx, name)
			return err
		})
	}
	errs := t.together(calls)
	var records []vpp.Record
	var answered []vpp.ClientUserID
	for i, name := range names {
		if errs[i] != nil {
			left = append(left, name)
			continue
		}
		if len(found[i]) == 0 {
			found[i] = []vpp.Record{{ClientUserID: name, Status: vpp.AppleRetired}}
		}
		answered, records = append(answered, name), append(records, found[i]...)
	}
	if err := t.writeNamed(ctx, answered, records, asked, changed); err != nil {
		return names, err
	}
	return left, errors.Join(errs...)
}

// writeNamed writes what Apple answered about people who were asked for.
func (t *tender) writeNamed(ctx context.Context, names []vpp.ClientUserID, records []vpp.Record, asked time.Time, changed map[string]int) error {
	places, err := t.store.PlacesByClient(ctx, t.l.ID, names)
	if err != nil {
		return err
	}
	kept := records[:0]
	for _, r := range records {
		if p := places[r.ClientUserID]; r.Status.Living() || p.AppleStatus != vpp.AppleNone || p.Pending != vpp.WriteCreate {
			kept = append(kept, r)
		}
	}
	got, err := t.compare(ctx, kept, asked, nil)
	if err != nil {
		return err
	}
	for k, n := range got.changed {
		changed[k] += n
	}
	return t.write(ctx, got, asked)
}

func (t *tender) readOne(ctx context.Context, name vpp.ClientUserID) ([]vpp.Record, error) {
	var records []vpp.Record
	_, err := t.apple.WalkUsers(ctx, appsandbooks.UsersQuery{ClientUserID: string(name)}, func(p *appsandbooks.UsersPage) error {
		for _, u := range p.Users {
			// A server that ignores the filter must not be believed.
			if u.ClientUserID == string(name) {
				records = append(records, recordOf(u))
			}
		}
		return nil
	})
	if appsandbooks.IsNumber(err, appsandbooks.UserNotFound) {
		return nil, nil
	}
	return records, err
}

// walkBroke stores how far the walk has come. One that cannot go on from there
// begins anew: Apple forgot the version, or the pages moved too much.
func (t *tender) walkBroke(ctx context.Context, w *walk, err error) error {
	var page *appsandbooks.PageError
	restart := errors.As(err, &page) || appsandbooks.IsNumber(err, appsandbooks.PageOutOfRange)
	switch {
	case errors.Is(err, errSlice):
		err = nil
	case errors.Is(err, appsandbooks.ErrUnknownVersion):
		*w = walk{Full: true, Started: w.Started, Changed: w.Changed, Restarts: w.Restarts + 1}
		err = nil
	case restart:
		w.again()
		if w.Restarts%3 != 0 { // now and then the location is left alone for a while
			err = nil
		}
	}
	text, encodeErr := w.encode()
	if encodeErr != nil {
		return encodeErr
	}
	keep := t.store.KeepRead(context.WithoutCancel(ctx), t.l.ID, text, vpp.Progress{Done: max(w.Next, 0), Total: w.Total})
	return errors.Join(err, keep)
}

// again begins with the first page once more. Who was seen living is not
// forgotten because the pages of the retired broke.
func (w *walk) again() {
	w.Restarts++
	if !w.Retired.IsZero() {
		w.Next = 0
		return
	}
	*w = walk{Full: w.Full, Removed: w.Removed, Since: w.Since, Started: w.Started, Changed: w.Changed, Restarts: w.Restarts}
}

// bitmap is a set of small numbers.
type bitmap []byte

func (b *bitmap) add(n int64) {
	for int64(len(*b)) <= n/8 {
		*b = append(*b, make([]byte, max(1024, len(*b)))...)
	}
	(*b)[n/8] |= 1 << (n % 8)
}

func (b bitmap) has(n int64) bool { return n/8 < int64(len(b)) && b[n/8]&(1<<(n%8)) != 0 }
