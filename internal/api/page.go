package api

import "github.com/rsvpp/rsvpp/internal/vpp"

// Paging asks for a stretch of a list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
	After  string `query:"after" maxLength:"2000" doc:"The next of the page before."`
	Before string `query:"before" maxLength:"2000" doc:"The prev of the page after, to go back."`
}

func (p Paging) page() (vpp.Page, error) {
	if p.After != "" && p.Before != "" {
		return vpp.Page{}, invalid("before", "A page is either after one cursor or before one: send one of them.")
	}
	return vpp.Page{After: p.After, Before: p.Before, Limit: p.Limit}, nil
}

// List is one stretch of a list.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Send as after to go on; missing at the end."`
	Prev  string `json:"prev,omitempty" doc:"Send as before to go back; missing at the beginning."`
}

// listOf translates a service's list.
func listOf[F, T any](list vpp.List[F], err error, translate func(F) T) (*answer[List[T]], error) {
	if err != nil {
		return nil, err
	}
	return &answer[List[T]]{List[T]{each(list.Items, translate), list.Next, list.Prev}}, nil
}

// each translates a slice; there is always an array in JSON.
func each[F, T any](items []F, translate func(F) T) []T {
	out := make([]T, len(items))
	for i, item := range items {
		out[i] = translate(item)
	}
	return out
}
