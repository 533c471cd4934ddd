package program

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// applied counts what records changed, and tells who lives according to them.
type applied struct {
	changed map[string]int
	living  []int64 // numbers in the store
}

// apply writes the facts that records bring, asked for at a time; seen are
// the people whose living record the same walk brought before.
func (t *tender) apply(ctx context.Context, records []vpp.Record, asked time.Time, seen bitmap) (applied, error) {
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
	var facts []vpp.Fact
	var strangers []vpp.Record
	for _, name := range names {
		place, ours := places[name]
		if !ours {
			if r, _ := current(byClient[name]); r.Status.Living() {
				strangers = append(strangers, r)
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
		facts = append(facts, f)
		out.count(place, f)
	}
	if err := t.store.WriteStrangers(ctx, t.l.ID, strangers, asked); err != nil {
		return out, err
	}
	out.changed["strangers"] += len(strangers)
	return out, t.store.WriteFacts(ctx, facts)
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

func codeContext(id vpp.ProgramUserID) string { return "invite-code:" + string(id) }

func (s *Service) sealCode(id vpp.ProgramUserID, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	return s.sealer.Seal([]byte(code), codeContext(id))
}
