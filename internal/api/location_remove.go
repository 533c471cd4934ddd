package api

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/program"
)

// LocationRemoval is what removing a location would do.
type LocationRemoval struct {
	Kept       string `json:"kept,omitempty" doc:"Why the location cannot be removed, and what to do; missing when it can."`
	Untold     string `json:"untold,omitempty" doc:"Why Apple cannot be told; then it is removed with without_apple only. Missing when Apple can be told, or need not be."`
	People     int    `json:"people" doc:"With a place there. They stay; their places go."`
	Only       int    `json:"only" doc:"Of these, who has no other place: they wait in a location without a content token."`
	Registered int    `json:"registered" doc:"Living records of people here, with an Apple Account."`
	Invited    int    `json:"invited" doc:"Living records of people here, without one yet."`
	Waiting    int    `json:"waiting" doc:"People whose change waits for Apple."`
	Tasks      int    `json:"tasks" doc:"Under way at the location."`
	Strangers  int    `json:"strangers" doc:"Living records there that are nobody's here. Nothing happens to them."`
	Assets     int    `json:"assets" doc:"Apps and books, as they were read."`
	Licenses   int    `json:"licenses" doc:"Assignments of these, as they were read. Nothing happens to them at Apple."`
}

func removalOfLocation(p program.Leaving) LocationRemoval {
	return LocationRemoval{
		Kept: p.Kept, Untold: p.Untold, People: p.People, Only: p.Only, Registered: p.Registered, Invited: p.Invited,
		Waiting: p.Waiting, Tasks: p.Tasks, Strangers: p.Strangers, Assets: p.Assets, Licenses: p.Licenses,
	}
}

func (d *Door) previewRemoveLocation(ctx context.Context, in *LocationPath) (*answer[LocationRemoval], error) {
	p, err := d.Claims.PreviewRemoveLocation(ctx, in.id())
	return answered(removalOfLocation(p), err)
}

type removeLocationInput struct {
	LocationPath
	WithoutApple bool `query:"without_apple" doc:"Do not tell Apple: a claim of ours, and our address for notifications, stay there. For tokens that do not work any more, and for locations that another server manages."`
}

func (d *Door) removeLocation(ctx context.Context, in *removeLocationInput) (*none, error) {
	return &none{}, d.Claims.RemoveLocation(ctx, actor(ctx), in.id(), in.WithoutApple)
}
