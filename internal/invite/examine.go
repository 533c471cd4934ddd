package invite

import (
	"context"
	"fmt"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// DoctorStore is what the doctor reads.
type DoctorStore interface {
	// Location returns a location, the default one for "".
	Location(ctx context.Context, id vpp.LocationID) (vpp.Location, error)
	// CountCases counts a selection by case, in one query whatever its size;
	// people chosen one by one who have no place at the location yet count in
	// the zero case.
	CountCases(ctx context.Context, s vpp.Selection) ([]vpp.CaseCount, error)
	// ListCases lists the people of a selection who are in one of the cases.
	ListCases(ctx context.Context, s vpp.Selection, cases []vpp.Case, page vpp.Page) (vpp.List[vpp.Person], error)
	// SharingAccounts counts the people of a selection who are registered with
	// the same Apple Account as somebody else at the location, and names the
	// first of them with one of the others.
	SharingAccounts(ctx context.Context, s vpp.Selection) (people int, one, other string, err error)
}

// Diagnosis is the doctor's word on a selection.
type Diagnosis struct {
	Location  vpp.Location
	People    int // chosen
	Reachable int // will really be reached, or need no invitation
	Acting    int // for whom a run does something; more than Reachable when no mail is set up
	Verdicts  []Finding
	Shared    Sharing // people who are registered with the same Apple Account as somebody else
}

// Sharing is about people who are registered with the same Apple Account as
// somebody else: licenses for one of them fail (F-09).
type Sharing struct {
	People   int
	Sentence string // "" when nobody does
}

// Finding is one verdict and how many people it is about. Sentences may differ
// within a code; the one of the most people stands for all.
type Finding struct {
	Verdict
	People int
}

// Examine judges everybody chosen, and writes nothing (S0-16, F-21).
func (s *Service) Examine(ctx context.Context, r Request) (Diagnosis, error) {
	r, err := r.checked()
	if err != nil {
		return Diagnosis{}, err
	}
	d, _, err := s.diagnose(ctx, r)
	return d, err
}

// Line is one person with the doctor's verdict.
type Line struct {
	Person  vpp.Person
	Verdict Verdict
}

// Lines lists the people who got one verdict.
func (s *Service) Lines(ctx context.Context, r Request, code Code, page vpp.Page) (vpp.List[Line], error) {
	var lines vpp.List[Line]
	r, err := r.checked()
	if err != nil {
		return lines, err
	}
	d, counts, err := s.diagnose(ctx, r)
	if err != nil {
		return lines, err
	}
	t, err := s.terms(ctx, r, d.Location)
	if err != nil {
		return lines, err
	}
	var cases []vpp.Case
	for _, c := range counts {
		if verdict(c.Case, t).Code == code {
			cases = append(cases, c.Case)
		}
	}
	if len(cases) == 0 {
		return lines, nil
	}
	people, err := s.store.ListCases(ctx, r.Selection, cases, page)
	lines.Next, lines.Prev = people.Next, people.Prev
	for _, p := range people.Items {
		lines.Items = append(lines.Items, Line{p, verdict(vpp.CaseOf(p), t)})
	}
	return lines, err
}

func (s *Service) diagnose(ctx context.Context, r Request) (Diagnosis, []vpp.CaseCount, error) {
	location, err := s.store.Location(ctx, r.Selection.Filter.Location)
	if err != nil {
		return Diagnosis{}, nil, err
	}
	t, err := s.terms(ctx, r, location)
	if err != nil {
		return Diagnosis{}, nil, err
	}
	counts, err := s.store.CountCases(ctx, r.Selection)
	if err != nil {
		return Diagnosis{}, nil, err
	}
	d := sum(counts, t)
	d.Location = location
	d.Shared, err = s.sharing(ctx, r.Selection)
	return d, counts, err
}

// sharing says who is registered with the same Apple Account as somebody else.
func (s *Service) sharing(ctx context.Context, sel vpp.Selection) (Sharing, error) {
	n, one, other, err := s.store.SharingAccounts(ctx, sel)
	if err != nil || n == 0 {
		return Sharing{}, err
	}
	sentence := one + " is registered with the same Apple Account as " + other + "."
	if n > 1 {
		sentence = fmt.Sprintf("%s, and %d more of these people share an account.", strings.TrimSuffix(sentence, "."), n-1)
	}
	return Sharing{n, sentence + " Licenses for one of them fail: see Mapping conflicts."}, nil
}

// terms adds what holds just now to what the request says.
func (s *Service) terms(ctx context.Context, r Request, l vpp.Location) (terms, error) {
	mail, err := s.mailReady(ctx)
	return terms{
		token: l.TokenState(s.now()), mail: mail,
		channel: r.Channel, audience: r.Audience, resend: r.Resend, elseMail: r.ElseMail,
	}, err
}

// sum judges each case once and adds up the people.
func sum(counts []vpp.CaseCount, t terms) Diagnosis {
	var d Diagnosis
	found, most := map[Code]*Finding{}, map[Code]int{}
	for _, c := range counts {
		v := verdict(c.Case, t)
		f := found[v.Code]
		if f == nil {
			f = &Finding{}
			found[v.Code] = f
		}
		if c.N > most[v.Code] {
			f.Verdict, most[v.Code] = v, c.N
		}
		f.People += c.N
		d.People += c.N
		if v.Reachable {
			d.Reachable += c.N
		}
		if v.Acts() {
			d.Acting += c.N
		}
	}
	for _, code := range Codes() {
		if f := found[code]; f != nil {
			d.Verdicts = append(d.Verdicts, *f)
		}
	}
	return d
}
