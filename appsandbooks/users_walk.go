package appsandbooks

import (
	"context"
	"hash/maphash"
	"sync"
)

// Walk tells how a walk over all pages went.
type Walk struct {
	// VersionID is the first page's: pass it as SinceVersionID next time.
	VersionID string
	Pages     int
	Users     int
	// Moved tells that the users changed while they were walked. Records may
	// have slipped from page to page: take the changes since VersionID, and
	// conclude from nobody's absence that they are gone.
	Moved bool
}

// WalkUsers reads all pages from q.PageIndex on and hands them to each, in
// order and one at a time, from the caller's goroutine. The first page is read
// alone, the others up to five ahead, so memory does not grow with the number
// of users. A page is each's to keep. The walk ends at the first error, its
// own or each's; pages handed over until then are good, the walk is not.
//
// Page counts may change meanwhile. Pages that lead back, skip, repeat or are
// not the ones asked for end the walk with a *PageError.
// https://developer.apple.com/documentation/devicemanagement/using-paginated-endpoints
func (c *Client) WalkUsers(ctx context.Context, q UsersQuery, each func(*UsersPage) error) (Walk, error) {
	ctx, cancel := context.WithCancel(ctx)
	w := walker{client: c, query: q, each: each, next: q.PageIndex + 1}
	defer w.reads.Wait()
	defer cancel() // first, so that reads ahead of the end are called off

	page, err := c.Users(ctx, q)
	if err != nil {
		return w.Walk, err
	}
	w.VersionID = page.VersionID
	for {
		if err := w.deliver(page); err != nil || page.NextPageIndex == nil {
			return w.Walk, err
		}
		w.readAhead(ctx, page)
		if page, err = w.receive(ctx); err != nil || page == nil {
			return w.Walk, err
		}
	}
}

// walker is a walk under way.
type walker struct {
	Walk
	client *Client
	query  UsersQuery
	each   func(*UsersPage) error

	ahead []chan fetched // pages being read, the next to deliver first
	next  int            // the next page to read
	reads sync.WaitGroup

	seed     maphash.Seed
	lastMark uint64
	version  string // of the last page delivered
}

type fetched struct {
	page *UsersPage
	err  error
}

func (w *walker) deliver(p *UsersPage) error {
	if w.repeats(p) {
		return &PageError{Index: p.CurrentPageIndex, Problem: "repeats the page before"}
	}
	w.Pages++
	w.Users += len(p.Users)
	w.Moved = w.Moved || p.VersionID != w.VersionID
	return w.each(p)
}

// readAhead keeps up to five pages under way, by the latest count of pages.
func (w *walker) readAhead(ctx context.Context, latest *UsersPage) {
	end := max(latest.TotalPages, latest.CurrentPageIndex+2)
	for len(w.ahead) < pagesAtOnce && w.next < end {
		q, result := w.query, make(chan fetched, 1)
		q.PageIndex = w.next
		w.reads.Go(func() {
			page, err := w.client.Users(ctx, q)
			result <- fetched{page, err}
		})
		w.ahead = append(w.ahead, result)
		w.next++
	}
}

// receive waits for the next page in order; nil when there is none after all.
func (w *walker) receive(ctx context.Context) (*UsersPage, error) {
	index := w.next - len(w.ahead)
	got := <-w.ahead[0]
	w.ahead = w.ahead[1:]
	if IsNumber(got.err, PageOutOfRange) {
		return nil, w.confirmEnd(ctx, index-1, got.err)
	}
	return got.page, got.err
}

// confirmEnd looks again at the page before one that is suddenly out of
// range: pages became fewer only if it is the last one now.
func (w *walker) confirmEnd(ctx context.Context, index int, cause error) error {
	q := w.query
	q.PageIndex = index
	last, err := w.client.Users(ctx, q)
	if err != nil {
		return err
	}
	if last.NextPageIndex != nil {
		return cause
	}
	w.Moved = true
	return nil
}

// repeats tells whether p is the page before under another number, as a
// careless cache would serve it. Retired records may be equal in everything, so
// only pages with a live user are judged.
func (w *walker) repeats(p *UsersPage) bool {
	if w.Pages == 0 {
		w.seed = maphash.MakeSeed()
	}
	mark, live := fingerprint(w.seed, p.Users)
	same := live && mark == w.lastMark && p.VersionID == w.version
	w.lastMark, w.version = mark, p.VersionID
	return same
}

func fingerprint(seed maphash.Seed, users []User) (sum uint64, live bool) {
	var h maphash.Hash
	h.SetSeed(seed)
	for i := range users {
		u := &users[i]
		live = live || u.Status == Registered || u.Status == Associated
		for _, s := range [...]string{u.ClientUserID, u.Email, u.IDHash, string(u.InviteCode), string(u.Status)} {
			_, _ = h.WriteString(s)
			_ = h.WriteByte(0)
		}
	}
	return h.Sum64(), live
}
