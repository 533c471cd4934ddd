package invite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	// TargetsOf finds people's devices, and how each is reached on them.
	TargetsOf(ctx context.Context, people []vpp.UserID) (map[vpp.UserID][]vpp.DeviceTarget, error)
}

// Diagnosis is the doctor's word on a selection.
type Diagnosis struct {
	Location  vpp.Location
	People    int // chosen
	Reachable int // will really be reached, or need no invitation
	Acting    int // for whom a run does something; more than Reachable when no mail is set up
	OnDevice  int // reached on devices; who is reached both ways counts in both
	ByMail    int // reached by mail
	Verdicts  []Finding
	Cases     []vpp.CaseCount // what the verdicts turn on
	Notice    string          // what is wrong with the run as a whole and what to do, "" for nothing
	Shared    Sharing         // people who are registered with the same Apple Account as somebody else
}

// Sharing is about people who are registered with the same Apple Account as
// somebody else: licenses for one of them fail (F-09).
type Sharing struct {
	People   int
	Sentence string // "" when nobody does
}

// Finding is one verdict and how many people it is about. Sentences may differ
// among those that are Alike; the one of the most people stands for all.
type Finding struct {
	Verdict
	People int
}

// Alike says whether two verdicts are one finding: the same code, reached the
// same way; of devices that may not be sent to, forbidden by the same rule.
func (v Verdict) Alike(w Verdict) bool { return v.kind() == w.kind() }

type findingKind struct {
	code     Code
	channel  vpp.Channel
	sentence string
}

func (v Verdict) kind() findingKind {
	k := findingKind{code: v.Code, channel: v.Channel}
	if v.Code == DeviceForbidden {
		k.sentence = v.Sentence
	}
	return k
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

// Lines lists the people whose verdict is one that is asked for.
func (s *Service) Lines(ctx context.Context, r Request, wanted func(Verdict) bool, page vpp.Page) (vpp.List[Line], error) {
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
		if wanted(verdict(c.Case, t)) {
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
	d.Location, d.Cases = location, counts
	if r.Channel != vpp.ChannelDevice || r.ElseMail {
		if d.Notice, err = s.DeadLinks(ctx, r.Channel == vpp.ChannelLink); err != nil {
			return d, counts, err
		}
	}
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
	t := terms{token: l.TokenState(s.now()), channel: r.Channel, audience: r.Audience, resend: r.Resend, elseMail: r.ElseMail, tryAgain: r.TryAgain}
	var err error
	if t.mail, err = s.mailReady(ctx); err != nil {
		return t, err
	}
	t.reach, err = s.reachOn(ctx, r.Selection, r.Devices)
	return t, err
}

// reachOn is how the one person of a selection is reached on some of their
// devices; nil when none are named. A device of somebody else's is none.
func (s *Service) reachOn(ctx context.Context, selection vpp.Selection, devices []vpp.DeviceID) (*vpp.Reach, error) {
	if len(devices) == 0 || len(selection.IDs) != 1 {
		return nil, nil //nolint:nilnil // all devices count
	}
	targets, err := s.store.TargetsOf(ctx, selection.IDs)
	best := vpp.ReachNone
	for _, target := range targets[selection.IDs[0]] {
		if slices.Contains(devices, target.DeviceID) {
			best = best.Better(target.Reach)
		}
	}
	return &best, err
}

// sum judges each case once and adds up the people.
func sum(counts []vpp.CaseCount, t terms) Diagnosis {
	var d Diagnosis
	found, most := map[findingKind]*Finding{}, map[findingKind]int{}
	for _, c := range counts {
		v := verdict(c.Case, t)
		f := found[v.kind()]
		if f == nil {
			f = &Finding{}
			found[v.kind()] = f
		}
		if c.N > most[v.kind()] {
			f.Verdict, most[v.kind()] = v, c.N
		}
		f.People += c.N
		d.add(v, c.N)
	}
	for _, f := range found {
		d.Verdicts = append(d.Verdicts, *f)
	}
	slices.SortFunc(d.Verdicts, func(a, b Finding) int {
		return cmp.Or(slices.Index(Codes(), a.Code)-slices.Index(Codes(), b.Code), b.People-a.People, cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Sentence, b.Sentence))
	})
	return d
}

func (d *Diagnosis) add(v Verdict, n int) {
	d.People += n
	if v.Acts() {
		d.Acting += n
	}
	if !v.Reachable {
		return
	}
	d.Reachable += n
	if v.Channel == vpp.ChannelDevice || v.Channel == vpp.ChannelBoth {
		d.OnDevice += n
	}
	if v.Channel == vpp.ChannelMail || v.Channel == vpp.ChannelBoth {
		d.ByMail += n
	}
}
