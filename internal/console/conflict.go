package console

import (
	"net/http"
	"net/url"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) conflictRoutes() []gate.Route {
	return []gate.Route{
		d.route("GET /conflicts", operator.ScopeRead, d.conflictsPage),
		d.route("POST /conflicts/retire-other", operator.ScopeProgram, d.retireOther),
	}
}

// conflictsPage shows what does not go together, one kind at a time, with the
// button that repairs it (F-08, F-09, F-10).
func (d *Door) conflictsPage(w http.ResponseWriter, r *http.Request) error {
	here, err := d.here(r)
	if err != nil {
		return err
	}
	counts, err := d.Program.CountConflicts(r.Context(), here.ID)
	if err != nil {
		return err
	}
	kind := vpp.ConflictKind(r.URL.Query().Get("kind"))
	if kind == "" {
		kind = firstConflict(counts)
	}
	found, err := d.Program.Conflicts(r.Context(), here.ID, kind, stretch(r))
	if err != nil {
		return err
	}
	m := view.Conflicts{
		Page: d.page(r), LocationID: string(here.ID), Filters: conflictChips(kind, counts), Strangers: counts[vpp.ConflictStranger],
		Why: conflictWhy(kind), Pager: pager(r, found.Prev, found.Next, ""),
	}
	m.Page.Title, m.Page.Lead = "Mapping conflicts", "What does not go together between the people here and the records at Apple."
	for _, c := range found.Items {
		m.Lines = append(m.Lines, d.conflictLine(c, here.ID, caller(r).Scopes))
	}
	return d.render(w, r, view.ConflictsPage(m))
}

// firstConflict is the first kind of which there are any.
func firstConflict(counts vpp.ConflictCounts) vpp.ConflictKind {
	for _, kind := range vpp.ConflictKinds {
		if counts[kind] > 0 {
			return kind
		}
	}
	return vpp.ConflictAccount
}

func conflictChips(current vpp.ConflictKind, counts vpp.ConflictCounts) []view.Choice {
	var chips []view.Choice
	for _, kind := range vpp.ConflictKinds {
		chips = append(chips, view.Choice{
			Text: conflictWord(kind), Hint: thousands(counts[kind]), Value: address("/conflicts", "kind", string(kind)), Current: kind == current,
		})
	}
	return chips
}

func conflictWord(kind vpp.ConflictKind) string {
	switch kind {
	case vpp.ConflictAccount:
		return "One account, several people"
	case vpp.ConflictRecords:
		return "One person, two records"
	case vpp.ConflictUnusable:
		return "Account cannot be linked"
	case vpp.ConflictDevice:
		return "Another account on the device"
	case vpp.ConflictStranger:
	}
	return "Records of nobody"
}

// conflictWhy explains a kind once, above its lines.
func conflictWhy(kind vpp.ConflictKind) view.Notice {
	sentence, next := vpp.MappingConflict{Kind: kind, Other: &vpp.OtherRecord{}}.Words()
	if kind == vpp.ConflictUnusable {
		sentence, next = "Apple would not link these people's Managed Apple Account.", "Correct the account, or invite them by e-mail instead."
	}
	if kind == vpp.ConflictRecords {
		sentence = "Apple has two living records of these people: ours, and one that belongs to nobody here. Another server, or an earlier installation, made it."
	}
	return view.Notice{Tone: view.Info, Text: sentence + " " + next}
}

func (d *Door) conflictLine(c vpp.MappingConflict, at vpp.LocationID, scopes operator.Scopes) view.Conflict {
	line := view.Conflict{Kind: string(c.Kind), Location: string(at), More: c.More, Key: d.config.IDs()}
	for _, p := range c.People {
		line.People = append(line.People, view.ConflictPerson{
			ID: string(p.ID), Name: p.FullName, Email: p.Email, Managed: p.ManagedAppleID, Standing: standingOf(p.User, p.Program, d.now()),
			Delete: scopes.Allow(operator.ScopeProgram) && p.Program.AppleStatus.Living() && p.Program.Pending != vpp.WriteRetire && p.Program.Removing.At.IsZero(),
			Edit:   c.Kind == vpp.ConflictUnusable && scopes.Allow(operator.ScopeRoster),
			Invite: c.Kind == vpp.ConflictUnusable && p.Program.ManagedError != 0 && p.Email != "" && scopes.Allow(operator.ScopeInvite),
		})
	}
	if c.Other != nil {
		line.Other = &view.OtherRecord{
			ClientUserID: string(c.Other.ClientUserID), Apple: string(c.Other.AppleStatus), Email: c.Other.AppleEmail, SameAccount: c.Other.ByAccount,
			Retire: scopes.Allow(operator.ScopeProgram), Alone: c.Kind == vpp.ConflictStranger,
		}
	}
	if w := c.Device; w != nil {
		line.Device = &view.WrongDevice{ID: string(w.ID), Name: w.Name, User: w.User, Ask: deviceMay(scopes).Ask}
	}
	if c.Number != 0 {
		line.Error = vpp.ExplainApple(c.Number).Name()
		line.Sentence, line.Next = c.Words()
	}
	return line
}

// retireOther begins to retire a record that is nobody's here.
func (d *Door) retireOther(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	at, err := d.actsAt(r)
	if err != nil {
		return err
	}
	task, err := d.Program.RetireOther(r.Context(), actor(r), at.ID, vpp.ClientUserID(values.Get("record")), formKey(r))
	if vpp.KindOf(err) == vpp.NotFound {
		return d.done(w, r, "/conflicts?kind="+url.QueryEscape(string(vpp.ConflictRecords)), view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.begun(w, r, task)
}
