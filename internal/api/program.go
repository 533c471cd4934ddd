package api

import "context"

type syncInput struct {
	Repeatable
	Body struct {
		Chosen
		Full bool `json:"full,omitempty" doc:"Read everything at the location, not only what changed."`
	}
}

func (d *Door) sync(ctx context.Context, in *syncInput) (*answer[Task], error) {
	selection, err := d.choose(ctx, in.Body.Chosen)
	if err != nil {
		return nil, err
	}
	t, err := d.Program.StartSync(ctx, actor(ctx), selection, in.Body.Full, in.Key)
	return answered(taskOf(t), err)
}

type deleteInput struct {
	Repeatable
	Body Chosen
}

func (d *Door) deleteFromVPP(ctx context.Context, in *deleteInput) (*answer[Task], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	t, err := d.Program.StartDelete(ctx, actor(ctx), selection, in.Key)
	return answered(taskOf(t), err)
}

// Removal is what Delete from VPP would do.
type Removal struct {
	Retired    int    `json:"retired" doc:"Records that end at Apple."`
	Registered int    `json:"registered" doc:"Of these, people whose Apple Account is linked."`
	Nothing    int    `json:"nothing" doc:"People without a record at Apple."`
	Busy       int    `json:"busy" doc:"People whom Apple is still working on."`
	Notice     string `json:"notice" doc:"What happens, to be shown before it does."`
}

// removalNotice is said before anybody is removed (S1-17, S1-18).
const removalNotice = "The records are retired at Apple. App licenses come back; books never do."

type previewDeleteInput struct{ Body Chosen }

func (d *Door) previewDelete(ctx context.Context, in *previewDeleteInput) (*answer[Removal], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := d.Program.PreviewDelete(ctx, selection)
	return answered(Removal{r.Retired, r.Registered, r.Nothing, r.Busy, removalNotice}, err)
}
