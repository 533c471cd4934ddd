package console

import (
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// peopleQuery is what the address of the list of people asks for.
type peopleQuery struct {
	Search    string
	Status    vpp.VPPStatus
	Attention vpp.Attention
	Group     string
	Sort      vpp.Sort
	Page      vpp.Page
}

func peopleQueryOf(v url.Values) peopleQuery {
	return peopleQuery{
		Search: strings.TrimSpace(v.Get("q")), Status: vpp.VPPStatus(v.Get("status")), Attention: vpp.Attention(v.Get("attention")),
		Group: v.Get("group"), Sort: vpp.Sort(v.Get("sort")), Page: vpp.Page{After: v.Get("after"), Before: v.Get("before")},
	}
}

// filter is the query as seen from a location.
func (q peopleQuery) filter(location vpp.LocationID) vpp.Filter {
	return vpp.Filter{Location: location, Status: q.Status, Attention: q.Attention, Search: q.Search, Group: q.Group}
}

// values are the query without its place in the list.
func (q peopleQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"q": q.Search, "status": string(q.Status), "attention": string(q.Attention), "group": q.Group, "sort": string(q.Sort),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// at is the address of the query's list, at a cursor.
func (q peopleQuery) at(direction, cursor string) string {
	v := q.values()
	if cursor != "" {
		v.Set(direction, cursor)
	}
	return withQuery("/users", v)
}

func (q peopleQuery) list() string { return q.at("", "") }

func (q peopleQuery) withStatus(s vpp.VPPStatus) peopleQuery {
	q.Status, q.Attention = s, ""
	return q
}

// withAttention turns an attention on, or off again where it is on.
func (q peopleQuery) withAttention(a vpp.Attention) peopleQuery {
	if q.Attention == a {
		a = ""
	}
	q.Status, q.Attention = "", a
	if a == vpp.AttentionStuck {
		q.Sort = "" // the longest first
	}
	return q
}

// inGroup narrows the list to a group, "" for all.
func (q peopleQuery) inGroup(group string) peopleQuery {
	q.Group, q.Page = group, vpp.Page{}
	return q
}

// sortedBy sorts by a column, the other way round the second time.
func (q peopleQuery) sortedBy(s vpp.Sort) peopleQuery {
	if q.order() == s {
		s = "-" + s
	}
	q.Sort = s
	return q
}

func (q peopleQuery) order() vpp.Sort {
	if q.Sort == "" {
		return vpp.SortName
	}
	return q.Sort
}

func withQuery(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
