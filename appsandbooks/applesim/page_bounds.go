package applesim

// walk is what a client walks through: the pages of one question keep their bounds from its first page on, so that
// nothing slips from page to page while things change.
type walk struct{ token, question string }

// pages are where the pages of a walk begin: each but the last holds PageSize of what is seen.
type pages struct {
	starts []int
	end    int // the places looked at
	last   int // seen on the last page
}

// maxWalks is how many walks of a location are remembered; a forgotten one gets new bounds.
const maxWalks = 64

// turnTo finds a page of a view. A first page bounds all pages, at the price of one look at every place; places
// that were added since belong to the end. (Not a method: those cannot have type parameters.)
func turnTo[T any](a *Apple, c *call, index int, v view[T]) (page, *wireError) {
	if v.whole || a.quirks.SparsePages {
		return a.evenly(index, v.n)
	}
	l, asked := c.location, c.URL.Query()
	asked.Del("pageIndex")
	w := walk{c.token.Content, string(c.endpoint) + " " + asked.Encode()}
	b := l.walks[w]
	if b == nil || index == 0 || b.end > v.n {
		if len(l.walks) >= maxWalks {
			clear(l.walks)
		}
		b = &pages{starts: []int{0}}
		if l.walks[w] = b; v.n <= a.options.PageSize {
			delete(l.walks, w) // one page needs no memory
		}
	}
	bound(b, v, a.options.PageSize)
	if index < 0 || index >= len(b.starts) {
		return page{}, fail(9650)
	}
	p := page{index: index, total: len(b.starts), first: b.starts[index], last: v.n}
	if index+1 < len(b.starts) {
		p.last = b.starts[index+1]
	}
	return p, nil
}

// bound goes on where it stopped, to the end of the view.
func bound[T any](b *pages, v view[T], size int) {
	for ; b.end < v.n; b.end++ {
		if _, _, ok := v.seen(b.end); !ok {
			continue
		}
		if b.last == size {
			b.starts, b.last = append(b.starts, b.end), 0
		}
		b.last++
	}
}
