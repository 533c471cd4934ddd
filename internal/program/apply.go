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
	strangers []vpp.Stranger
	gone      []vpp.ClientUserID // strangers who live no longer
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
		if !r.Status.Known() {
			out.changed["unknown"]++
			continue
		}
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
			if err := out.strange(t, byClient[name]); err != nil {
				return out, err
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
	if n := out.changed["unknown"]; n > 0 {
		t.config.Logger.WarnContext(ctx, "Apple uses a status that this program does not know; nothing is concluded from it", "location", t.l.ID, "records", n)
	}
	if len(out.strangers) > 0 {
		out.changed["strangers"] = len(out.strangers)
	}
	return out, nil
}

// strange takes records that are nobody's here.
func (a *applied) strange(t *tender, records []vpp.Record) error {
	r, _ := current(records)
	if !r.Status.Living() {
		a.gone = append(a.gone, r.ClientUserID)
		return nil
	}
	s := vpp.Stranger{LocationID: t.l.ID, ClientUserID: r.ClientUserID, Status: r.Status, Email: r.Email, AccountHash: r.AccountHash}
	if r.Status == vpp.AppleRegistered && r.InviteCode != "" {
		var err error
		if s.CodeSealed, err = t.sealer.Seal([]byte(r.InviteCode), s.SealContext()); err != nil {
			return err
		}
		s.CodeMark = codeMark(r.InviteCode)
	}
	a.strangers = append(a.strangers, s)
	return nil
}

// write stores what compare found.
func (t *tender) write(ctx context.Context, a applied, asked time.Time) error {
	if err := t.store.WriteStrangers(ctx, t.l.ID, a.strangers, a.gone, asked); err != nil {
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
