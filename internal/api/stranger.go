package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Stranger is a living record at Apple that is nobody's here, with whom it may
// belong to.
type Stranger struct {
	ClientUserID string      `json:"client_user_id" doc:"The name by which Apple knows the record."`
	AppleStatus  string      `json:"apple_status"`
	Email        string      `json:"email,omitempty" doc:"As Apple has it."`
	SeenAt       time.Time   `json:"seen_at" doc:"When it was found first."`
	Proposal     string      `json:"proposal" enum:"adopt,ambiguous,conflict,unknown" doc:"adopt: one person fits and has no record. ambiguous: somebody has to choose. conflict: the one who fits has a living record. unknown: nobody fits."`
	Candidates   []Candidate `json:"candidates" nullable:"false"`
}

// Candidate is a person to whom a record may belong.
type Candidate struct {
	UserID   string `json:"user_id"`
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
	By       string `json:"by" enum:"client_user_id,managed_apple_id,email" doc:"What the person was found by."`
	Taken    bool   `json:"taken,omitempty" doc:"Has a living record, or one is being made."`
}

func strangerOf(f program.Found) Stranger {
	return Stranger{
		ClientUserID: string(f.ClientUserID), AppleStatus: string(f.Status), Email: f.Email, SeenAt: f.SeenAt.UTC(), Proposal: string(f.Proposal),
		Candidates: each(f.Candidates, func(c vpp.Candidate) Candidate {
			return Candidate{string(c.UserID), c.FullName, c.Email, string(c.By), c.Taken()}
		}),
	}
}

type strangersInput struct {
	LocationPath
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
	After string `query:"after" maxLength:"2000" doc:"The next of the page before."`
}

func (d *Door) listStrangers(ctx context.Context, in *strangersInput) (*answer[List[Stranger]], error) {
	list, err := d.Program.Strangers(ctx, in.id(), vpp.Page{After: in.After, Limit: in.Limit})
	return listOf(list, err, strangerOf)
}

// Finds counts what is best done with a location's strangers.
type Finds struct {
	Total     int `json:"total"`
	Adopt     int `json:"adopt" doc:"One person fits."`
	Ambiguous int `json:"ambiguous" doc:"Somebody has to choose."`
	Conflict  int `json:"conflict" doc:"The one who fits has a living record."`
	Unknown   int `json:"unknown" doc:"Nobody fits."`
}

func (d *Door) previewAdopt(ctx context.Context, in *LocationPath) (*answer[Finds], error) {
	n, err := d.Program.PreviewAdopt(ctx, in.id())
	return answered(Finds{n.Total, n.Adopt, n.Choose, n.Conflict, n.Unknown}, err)
}

// AdoptChoice says to whom a record is given.
type AdoptChoice struct {
	ClientUserID string `json:"client_user_id" minLength:"1" maxLength:"500"`
	User         string `json:"user,omitempty" maxLength:"500" doc:"A person's id, e-mail address, user name or external id."`
	Create       bool   `json:"create,omitempty" doc:"Add a person with the record's address instead. Needs the scope roster, too."`
}

type adoptInput struct {
	LocationPath
	Body struct {
		Clear   bool          `json:"clear,omitempty" doc:"Adopt every record that one person fits."`
		Create  bool          `json:"create,omitempty" doc:"With clear: add people for records that nobody fits and that have an address. Needs the scope roster, too."`
		Choices []AdoptChoice `json:"choices,omitempty" nullable:"false" maxItems:"1000"`
	}
}

// Adopted is what an adoption came to.
type Adopted struct {
	Adopted int          `json:"adopted"`
	Created int          `json:"created" doc:"Of these, people who were added for it."`
	Left    []LeftRecord `json:"left" nullable:"false" doc:"Records that were not adopted."`
}

// LeftRecord is a record that was not adopted, and why.
type LeftRecord struct {
	ClientUserID string `json:"client_user_id"`
	Why          string `json:"why"`
}

func (d *Door) adopt(ctx context.Context, in *adoptInput) (*answer[Adopted], error) {
	b := in.Body
	creates := b.Create
	choices := make([]program.Choice, len(b.Choices))
	for i, c := range b.Choices {
		creates = creates || c.Create
		choices[i] = program.Choice{ClientUserID: vpp.ClientUserID(c.ClientUserID), Create: c.Create}
		if c.Create == (c.User != "") {
			return nil, invalid("choices", "Say for each record either to whom it belongs, or that a person is to be added.")
		}
	}
	switch {
	case b.Clear == (len(choices) > 0):
		return nil, invalid("choices", "Send either clear, or choices.")
	case creates && !caller(ctx).Scopes.Allow(operator.ScopeRoster):
		return nil, vpp.Errorf(vpp.Denied, "Adding people needs the scope roster.")
	}
	if b.Clear {
		a, err := d.Program.AdoptClear(ctx, actor(ctx), in.id(), b.Create)
		return adoptedOf(a, err)
	}
	for i, c := range b.Choices {
		if c.User == "" {
			continue
		}
		id, err := d.named(ctx, c.User)
		if err != nil {
			return nil, err
		}
		choices[i].UserID = id
	}
	a, err := d.Program.Adopt(ctx, actor(ctx), in.id(), choices)
	return adoptedOf(a, err)
}

// named finds a person by id, else by what a person is known by.
func (d *Door) named(ctx context.Context, text string) (vpp.UserID, error) {
	p, err := d.People.Profile(ctx, vpp.UserID(text))
	if err == nil || vpp.KindOf(err) != vpp.NotFound {
		return p.User.ID, err
	}
	u, err := d.People.Find(ctx, text)
	return u.ID, err
}

func adoptedOf(a program.Adopted, err error) (*answer[Adopted], error) {
	left := each(a.Left, func(l program.Left) LeftRecord { return LeftRecord{string(l.ClientUserID), l.Why} })
	return answered(Adopted{a.Adopted, a.Created, left}, err)
}
