package applesim

import "strconv"

// v1Since is the promise behind a sinceModifiedToken.
type v1Since struct {
	Location uint32   `json:"l"`
	Position int      `json:"p"` // of the change log
	Filter   v1Filter `json:"f"` // of licenses; a reader of users says it anew
}

// v1Place is the promise behind a batchToken: where a reader stands and what was asked for at the beginning.
type v1Place struct {
	Location uint32   `json:"l"`
	Since    int      `json:"s"` // position of the change log; -1: everything
	Horizon  int      `json:"h"` // the log as it stood at the first batch
	Newest   int      `json:"n"` // the records or assignments, likewise
	Free     int      `json:"a"` // licenses that nobody held, likewise
	Filter   v1Filter `json:"f"`
	Batch    int      `json:"b"`
	first    bool
}

// v1Filter is what a reader wants to see.
type v1Filter struct {
	Retired  v1Retired `json:"r,omitempty"`
	Key      AssetKey  `json:"k,omitzero"` // an empty member matches all
	Serial   string    `json:"s,omitempty"`
	Assigned bool      `json:"a,omitempty"`
	Users    bool      `json:"u,omitempty"`
	Devices  bool      `json:"d,omitempty"`
}

// v1Walk is a numbered list of candidates, whose places never shift while a reader walks.
type v1Walk struct {
	n    int
	keep func(place int) bool
	item func(place int) any
}

// v1Log is one of a location's two change logs, as it stands now.
type v1Log struct {
	kind                    string // of its promises
	horizon, newest, forgot int
}

// v1Begin reads where to begin: anew, at a batchToken, or after a sinceModifiedToken.
func (a *Apple) v1Begin(c *call, log v1Log, f v1Filter) (p v1Place, refused *wireError) {
	l := c.location
	if text, _ := c.v1.text("batchToken"); text != "" {
		switch known := a.mint.keep(log.kind+" batch", text, &p); {
		case known && p.Location != l.index:
			return p, fail(9629)
		case !known || p.Horizon > log.horizon || p.Newest > log.newest:
			return p, fail(9633)
		}
		return p, nil
	}
	p = v1Place{Location: l.index, Since: -1, Horizon: log.horizon, Newest: log.newest, Filter: f, first: true}
	text, _ := c.v1.text("sinceModifiedToken")
	if text == "" {
		return p, nil
	}
	var since v1Since
	switch known := a.mint.keep(log.kind+" since", text, &since); {
	case !known:
		return p, fail(9602)
	case since.Location != l.index:
		return p, fail(9629)
	case since.Position > log.horizon || since.Position < log.forgot:
		return p, fail(9633)
	}
	p.Since = since.Position
	if log.kind == v1LicenseLog {
		p.Filter = since.Filter
	}
	return p, nil
}

// v1Batches is what the answers to readers have in common.
// https://developer.apple.com/documentation/devicemanagement/retrieving-a-large-record-set
type v1Batches struct {
	Count   int    `json:"batchCount"`
	Batch   string `json:"batchToken,omitempty"`
	Since   string `json:"sinceModifiedToken,omitempty"` // the end, and nothing else is
	Total   *int   `json:"totalCount,omitempty"`         // an estimate, at the beginning only
	Further string `json:"totalBatchCount"`              // batches after the first
}

// v1Batch makes one batch. It may be empty: that is no end.
func (a *Apple) v1Batch(c *call, log v1Log, p v1Place, w v1Walk) ([]any, v1Batches, *wireError) {
	last := max(0, (w.n-1)/a.options.PageSize)
	index, given, refused := c.v1.number("overrideIndex")
	if refused != nil || given && !p.first && (index < 1 || index > int64(last)) {
		return nil, v1Batches{}, fail(9602)
	}
	if given && !p.first {
		p.Batch = int(index)
	}
	if p.Batch > last {
		return nil, v1Batches{}, fail(9633)
	}
	items := []any{}
	begin := p.Batch * a.options.PageSize
	for place := begin; place < min(w.n, begin+a.options.PageSize); place++ {
		if w.keep(place) {
			items = append(items, w.item(place))
		}
	}
	out := v1Batches{Count: len(items), Further: strconv.Itoa(last)}
	if p.first {
		out.Total = w.count()
	}
	if p.Batch < last {
		p.Batch++
		out.Batch = a.mint.promise(log.kind+" batch", p)
	} else {
		out.Since = a.mint.promise(log.kind+" since", v1Since{p.Location, p.Horizon, p.Filter})
	}
	return items, out, nil
}

func (w v1Walk) count() *int {
	n := 0
	for place := range w.n {
		if w.keep(place) {
			n++
		}
	}
	return &n
}
