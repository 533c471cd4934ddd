package api

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Conflict is one thing that does not go together at a location.
type Conflict struct {
	Kind     string       `json:"kind" enum:"same_account,two_records,unusable_account"`
	Sentence string       `json:"sentence" doc:"What is wrong."`
	Next     string       `json:"next" doc:"What to do."`
	People   []Person     `json:"people" nullable:"false" doc:"Whom it is about."`
	More     int          `json:"more,omitempty" doc:"People beyond these."`
	Other    *OtherRecord `json:"other,omitempty" doc:"The record at Apple that is nobody's here."`
	Number   int          `json:"apple_error,omitempty" doc:"Apple's error number."`
}

// OtherRecord is a living record at Apple that is nobody's here.
type OtherRecord struct {
	ClientUserID string `json:"client_user_id"`
	AppleStatus  string `json:"apple_status"`
	AppleEmail   string `json:"apple_email,omitempty"`
	SameAccount  bool   `json:"same_account" doc:"It has the person's Apple Account; otherwise the person's address."`
}

func conflictOf(c vpp.MappingConflict) Conflict {
	out := Conflict{Kind: string(c.Kind), People: each(c.People, personOf), More: c.More, Number: c.Number}
	out.Sentence, out.Next = c.Words()
	if o := c.Other; o != nil {
		out.Other = &OtherRecord{string(o.ClientUserID), string(o.AppleStatus), o.AppleEmail, o.ByAccount}
	}
	return out
}

type listConflictsInput struct {
	Kind     string `query:"kind" required:"true" enum:"same_account,two_records,unusable_account" doc:"Which conflicts."`
	Location string `query:"location" maxLength:"64" doc:"The default location if missing."`
	Paging
}

func (d *Door) listConflicts(ctx context.Context, in *listConflictsInput) (*answer[List[Conflict]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := d.Program.Conflicts(ctx, vpp.LocationID(in.Location), vpp.ConflictKind(in.Kind), page)
	return listOf(found, err, conflictOf)
}

// ConflictCounts says how many conflicts of each kind there are.
type ConflictCounts struct {
	SameAccount     int `json:"same_account" doc:"Apple Accounts with which several people are registered."`
	TwoRecords      int `json:"two_records" doc:"Living records at Apple that seem to be a person's who has one here already."`
	UnusableAccount int `json:"unusable_account" doc:"People whose Managed Apple Account Apple would not link."`
	Strangers       int `json:"strangers" doc:"Living records at Apple that are nobody's here, those of two_records among them."`
}

type countConflictsInput struct {
	Location string `query:"location" maxLength:"64" doc:"The default location if missing."`
}

func (d *Door) countConflicts(ctx context.Context, in *countConflictsInput) (*answer[ConflictCounts], error) {
	c, err := d.Program.CountConflicts(ctx, vpp.LocationID(in.Location))
	return answered(ConflictCounts{c[vpp.ConflictAccount], c[vpp.ConflictRecords], c[vpp.ConflictUnusable], c[vpp.ConflictStranger]}, err)
}

type retireOtherInput struct {
	Repeatable
	Body struct {
		Location     string `json:"location,omitempty" maxLength:"64" doc:"The default location if missing."`
		ClientUserID string `json:"client_user_id" minLength:"1" maxLength:"255" doc:"The record that is nobody's here."`
	}
}

func (d *Door) retireOther(ctx context.Context, in *retireOtherInput) (*answer[Task], error) {
	t, err := d.Program.RetireOther(ctx, actor(ctx), vpp.LocationID(in.Body.Location), vpp.ClientUserID(in.Body.ClientUserID), in.key())
	return answered(taskOf(t), err)
}
