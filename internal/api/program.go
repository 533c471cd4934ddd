package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

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
	t, err := d.Program.StartSync(ctx, actor(ctx), selection, in.Body.Full, in.key())
	return answered(taskOf(t), err)
}

type deleteInput struct {
	Repeatable
	Body struct {
		Chosen
		AtOnce bool `json:"at_once,omitempty" doc:"Leave no time to undo it."`
	}
}

func (d *Door) deleteFromVPP(ctx context.Context, in *deleteInput) (*answer[Task], error) {
	selection, err := d.choose(ctx, in.Body.Chosen)
	if err != nil {
		return nil, err
	}
	t, err := d.Program.StartDelete(ctx, actor(ctx), selection, in.Body.AtOnce, in.key())
	return answered(taskOf(t), err)
}

// Removal is what Delete from VPP would do.
type Removal struct {
	Retired     int    `json:"retired" doc:"Records that end at Apple."`
	Registered  int    `json:"registered" doc:"Of these, people whose Apple Account is linked."`
	Taken       int    `json:"taken" doc:"People whose creation is taken back before Apple is asked."`
	Nothing     int    `json:"nothing" doc:"People without a living record at Apple."`
	Busy        int    `json:"busy" doc:"People who have to wait until Apple has answered an earlier request; they are in no other number."`
	UndoSeconds int    `json:"undo_seconds" doc:"How long nothing is sent, so that it can be undone; 0 when it is sent at once."`
	Notice      string `json:"notice" doc:"What happens, to be shown before it does."`

	Licenses *RemovedLicenses `json:"licenses,omitempty" doc:"What becomes of licenses; missing when assignments were never read from Apple, or nobody has a record."`
}

// RemovedLicenses is what becomes of licenses when people are removed.
type RemovedLicenses struct {
	ReadAt   time.Time `json:"read_at" doc:"When assignments were read last: the numbers are of then."`
	ComeBack int       `json:"come_back" doc:"Licenses that come back."`
	Stay     int       `json:"stay" doc:"Licenses that never come back: books."`
	Serves   int       `json:"serves" doc:"Times that somebody in line gets one of them, added up over apps."`
	Losing   int       `json:"losing" doc:"People whose apps stop working within 30 days."`
	Keeping  int       `json:"keeping" doc:"People who keep books."`
	Assets   []Holding `json:"assets" nullable:"false" doc:"Apps and books, the most licenses first."`
	Keepers  []Keeper  `json:"keepers" nullable:"false" doc:"Some of the people who keep books, those with the most first."`
}

// Holding is how many licenses of one app or book people hold.
type Holding struct {
	AdamID       string `json:"adam_id"`
	PricingParam string `json:"pricing_param" doc:"STDQ or PLUS."`
	ProductType  string `json:"product_type,omitempty" doc:"App or Book; missing when Apple's list of assets does not say."`
	Revocable    bool   `json:"revocable" doc:"The licenses come back."`
	Licenses     int    `json:"licenses"`
	People       int    `json:"people"`
	Serves       int    `json:"serves" doc:"People in line whom the licenses that come back will serve."`
}

func holdingOf(h vpp.Holding) Holding {
	return Holding{h.AdamID, h.PricingParam, h.ProductType, h.Revocable, h.Licenses, h.People, h.Serves}
}

// Keeper is a person with books, which never come back.
type Keeper struct {
	UserID   string `json:"user_id"`
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
	Books    int    `json:"books"`
}

func keeperOf(k vpp.Keeper) Keeper { return Keeper{string(k.UserID), k.FullName, k.Email, k.Books} }

// removalNotice is said before anybody is removed (S1-17, S1-18).
const removalNotice = "The records are retired at Apple. App licenses come back; books never do."

func removalOf(r program.Removal) Removal {
	out := Removal{
		Retired: r.Retired, Registered: r.Registered, Taken: r.Taken, Nothing: r.Nothing, Busy: r.Busy,
		UndoSeconds: int(r.Undo / time.Second), Notice: removalNotice,
	}
	if !r.LicensesReadAt.IsZero() && r.Retired+r.Busy > 0 {
		out.Licenses = &RemovedLicenses{
			ReadAt: r.LicensesReadAt.UTC(), ComeBack: r.ComeBack(), Stay: r.Stay(), Serves: r.Serves(), Losing: r.Losing, Keeping: r.Keeping,
			Assets: each(r.Each, holdingOf), Keepers: each(r.Keepers, keeperOf),
		}
	}
	return out
}

type previewDeleteInput struct{ Body Chosen }

func (d *Door) previewDelete(ctx context.Context, in *previewDeleteInput) (*answer[Removal], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := d.Program.PreviewDelete(ctx, selection)
	return answered(removalOf(r), err)
}

// HeldByAll sums up what removed people held.
type HeldByAll struct {
	People int `json:"people" doc:"Removed people who held something."`
	Apps   int `json:"apps" doc:"Licenses of theirs that came back."`
	Books  int `json:"books" doc:"Licenses of theirs that stayed with their accounts."`
}

type heldBeforeInput struct{ Body Chosen }

func (d *Door) heldBefore(ctx context.Context, in *heldBeforeInput) (*answer[HeldByAll], error) {
	selection, err := d.choose(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	sum, err := d.Program.HeldBefore(ctx, selection)
	return answered(HeldByAll(sum), err)
}
