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
	Records   int // users, assets or assignments
	// Moved tells that the records changed while they were walked. Some may
	// have slipped from page to page: take the changes since VersionID, and
	// conclude from no record's absence that it is gone.
	Moved bool
}

// page is what a walk needs to know of a page.
type page interface {
	paging() *Paging
	count() int
	// write hashes the records, and tells whether two pages with the same
	// hash must be one page sent twice.
	write(*maphash.Hash) (telling bool)
}

// walker is a walk under way.
type walker[P page] struct {
	Walk
	endpoint string
	read     func(ctx context.Context, index int) (P, error)
	each     func(P) error

	ahead []chan fetched[P] // pages being read, the next to deliver first
	next  int               // the next page to read
	reads sync.WaitGroup

	seed     maphash.Seed
	lastMark uint64
	version  string // of the last page delivered
}

type fetched[P page] struct {
	page P
	err  error
}

// walk reads the pages from the given one on and hands them to each, in order.
func walk[P page](ctx context.Context, endpoint string, from int, read func(context.Context, int) (P, error), each func(P) error) (Walk, error) {
	ctx, cancel := context.WithCancel(ctx)
	w := walker[P]{endpoint: endpoint, read: read, each: each, next: from + 1, seed: maphash.MakeSeed()}
	defer w.reads.Wait()
	defer cancel() // first, so that reads ahead of the end are called off

	p, err := read(ctx, from)
	if err != nil {
		return w.Walk, err
	}
	w.VersionID = p.paging().VersionID
	for more := true; more; {
		if err := w.deliver(p); err != nil || p.paging().NextPageIndex == nil {
			return w.Walk, err
		}
		w.readAhead(ctx, p.paging())
		if p, more, err = w.receive(ctx); err != nil {
			return w.Walk, err
		}
	}
	return w.Walk, nil
}

func (w *walker[P]) deliver(p P) error {
	if w.repeats(p) {
		return &PageError{Endpoint: w.endpoint, Index: p.paging().CurrentPageIndex, Problem: "repeats the page before"}
	}
	w.Pages++
	w.Records += p.count()
	w.Moved = w.Moved || p.paging().VersionID != w.VersionID
	return w.each(p)
}

// readAhead keeps up to five pages under way, by the latest count of pages.
func (w *walker[P]) readAhead(ctx context.Context, latest *Paging) {
	end := max(latest.TotalPages, latest.CurrentPageIndex+2)
	for len(w.ahead) < pagesAtOnce && w.next < end {
		index, result := w.next, make(chan fetched[P], 1)
		w.reads.Go(func() {
			p, err := w.read(ctx, index)
			result <- fetched[P]{p, err}
		})
		w.ahead = append(w.ahead, result)
		w.next++
	}
}

// receive waits for the next page in order; more is false when there is none after all.
func (w *walker[P]) receive(ctx context.Context) (p P, more bool, err error) {
	index := w.next - len(w.ahead)
	got := <-w.ahead[0]
	w.ahead = w.ahead[1:]
	if IsNumber(got.err, PageOutOfRange) {
		return got.page, false, w.confirmEnd(ctx, index-1, got.err)
	}
	return got.page, true, got.err
}

// confirmEnd looks again at the page before one that is suddenly out of
// range: pages became fewer only if it is the last one now.
func (w *walker[P]) confirmEnd(ctx context.Context, index int, cause error) error {
	last, err := w.read(ctx, index)
	if err != nil {
		return err
	}
	if last.paging().NextPageIndex != nil {
		return cause
	}
	w.Moved = true
	return nil
}

// repeats tells whether p is the page before under another number, as a
// careless cache would serve it.
func (w *walker[P]) repeats(p P) bool {
	var h maphash.Hash
	h.SetSeed(w.seed)
	telling := p.write(&h)
	mark, version := h.Sum64(), p.paging().VersionID
	same := telling && w.Pages > 0 && mark == w.lastMark && version == w.version
	w.lastMark, w.version = mark, version
	return same
}

func writeTexts(h *maphash.Hash, texts ...string) {
	for _, s := range texts {
		_, _ = h.WriteString(s)
		_ = h.WriteByte(0)
	}
}
