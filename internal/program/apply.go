package program

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// applied is what records bring: the facts to write, the changes counted, and
// who lives according to them.
type applied struct {
	facts     []vpp.Fact
	strangers []vpp.Record
	changed   map[string]int
	living    []int64 // numbers in the store
}

// compare finds what records change, asked for at a time; seen are the people
// whose living record the same walk brought before. Nothing is written yet.
func (t *tender) compare(ctx context.Context, records []vpp.Record, asked time.Time, seen bitmap) (applied, error) {
	out := applied{changed: map[string]int{}}
	byClient := make(map[vpp.ClientUserID][]vpp.Record, len(records))
	names := make([]vpp.ClientUserID, 0, len(records))
	for _, r := range records {
		if byClient[r.ClientUserID] == nil {
			names = append(names, r.ClientUserID)
		}
		byClient[r.ClientUserID] = append(byClient[r.ClientUserID], r)
	}
	places, err := t.store.PlacesByClient(ctx, t.l.ID, names)
	if err != nil {
		return out, err
	}
	for _, name := range names {
		place, ours := places[name]
		if !ours {
			if r, _ := current(byClient[name]); r.Status.Living() {
				out.strangers = append(out.strangers, r)
			}
			continue
		}
		if r, _ := current(byClient[name]); r.Status.Living() {
			out.living = append(out.living, place.Seq)
		}
		f, code, changed := fact(place, byClient[name], asked, seen.has(place.Seq))
		if !changed {
			continue
		}
		if f.CodeSealed, err = t.sealCode(f.ID, code); err != nil {
			return out, err
		}
		out.facts = append(out.facts, f)
		out.count(place, f)
	}
	if len(out.strangers) > 0 {
		out.changed["strangers"] = len(out.strangers)
	}
	return out, nil
}

// write stores what compare found.
func (t *tender) write(ctx context.Context, a applied, asked time.Time) error {
	if err := t.store.WriteStrangers(ctx, t.l.ID, a.strangers, asked); err != nil {
		return err
	}
	return t.store.WriteFacts(ctx, a.facts)
}

// count sorts a change for the result that an administrator reads.
func (a applied) count(was vpp.PlaceNow, f vpp.Fact) {
	switch {
	case f.AppleStatus == vpp.AppleAssociated && was.AppleStatus != vpp.AppleAssociated:
		a.changed["pulled_registered"]++
	case !f.AppleStatus.Living() && was.AppleStatus.Living():
		a.changed["pulled_removed"]++
	case f.AppleStatus.Living() && !was.AppleStatus.Living():
		a.changed["pulled_created"]++
	default:
		a.changed["pulled_other"]++
	}
}

// CodeContext is where an invite code is sealed for.
func CodeContext(id vpp.ProgramUserID) string { return "invite-code:" + string(id) }

func (s *Service) sealCode(id vpp.ProgramUserID, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	return s.sealer.Seal([]byte(code), CodeContext(id))
}
