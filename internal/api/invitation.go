package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Letter is a template for the mail; variables are written {{.FirstName}}.
type Letter struct {
	Subject string `json:"subject" maxLength:"1000"`
	Text    string `json:"text" maxLength:"200000"`
	HTML    string `json:"html,omitempty" maxLength:"500000" doc:"Made from the text if missing."`
}

// InvitationRequest says who is invited and how.
type InvitationRequest struct {
	Chosen
	Audience    string   `json:"audience,omitempty" enum:"not-invited,not-registered,removed" doc:"not-invited if missing; removed registers people again who were deleted from VPP."`
	Channel     string   `json:"channel,omitempty" enum:"mail,link,device,both" doc:"mail if missing; device is the MDM command InviteToProgram, both is mail and device."`
	ElseMail    bool     `json:"else_mail,omitempty" doc:"By device: an e-mail to those whom no device takes the invitation for."`
	Devices     []string `json:"devices,omitempty" maxItems:"100" doc:"By device: on these alone, by id, of the one person who is chosen; whether or not they were invited before."`
	TryAgain    bool     `json:"try_again,omitempty" doc:"Letters to addresses that a mail server refused before, too."`
	Resend      bool     `json:"resend,omitempty" doc:"Only to those who hold an invitation and have not accepted."`
	Letter      *Letter  `json:"letter,omitempty" doc:"In place of the saved one, for this run alone."`
	ExpiresDays int      `json:"expires_in_days,omitempty" minimum:"1" maximum:"366" doc:"How long the links work."`
}

func (d *Door) requestOf(ctx context.Context, in InvitationRequest) (invite.Request, error) {
	selection, err := d.choose(ctx, in.Chosen)
	r := invite.Request{
		Selection: selection, Location: selection.Filter.Location, Audience: vpp.Audience(in.Audience), Channel: vpp.Channel(in.Channel),
		Resend: in.Resend, ExpiresIn: time.Duration(in.ExpiresDays) * 24 * time.Hour, ElseMail: in.ElseMail, TryAgain: in.TryAgain,
	}
	for _, id := range in.Devices {
		r.Devices = append(r.Devices, vpp.DeviceID(id))
	}
	if len(r.Devices) > 0 && in.Audience == "" { // who chooses a device means it
		r.Audience = vpp.AudienceNotRegistered
	}
	if in.Letter != nil {
		letter := vpp.Letter(*in.Letter)
		r.Letter = &letter
	}
	return r, err
}

// Diagnosis is the doctor's word on a selection.
type Diagnosis struct {
	LocationID string    `json:"location_id"`
	Location   string    `json:"location" doc:"Its name."`
	People     int       `json:"people" doc:"Chosen."`
	Reachable  int       `json:"reachable" doc:"People who will really be reached, or need no invitation."`
	Acting     int       `json:"acting" doc:"People for whom a run does something."`
	OnDevice   int       `json:"on_device" doc:"People reached on devices; who is reached both ways counts in both."`
	ByMail     int       `json:"by_mail" doc:"People reached by e-mail."`
	Notice     string    `json:"notice,omitempty" doc:"What is wrong with the run as a whole, and what to do; such as links that only the server itself can open."`
	Verdicts   []Finding `json:"verdicts" nullable:"false"`
	Shared     int       `json:"shared_accounts,omitempty" doc:"People who are registered with the same Apple Account as somebody else."`
	SharedText string    `json:"shared_accounts_text,omitempty" doc:"Who, and what that means."`
}

// Verdict is the doctor's word on one person.
type Verdict struct {
	Code      string `json:"code" doc:"will_invite, will_resend, managed_link, no_address, already_registered and others."`
	Reachable bool   `json:"reachable"`
	Channel   string `json:"channel,omitempty" doc:"How the person is reached."`
	Sentence  string `json:"sentence"`
	Fix       string `json:"fix,omitempty" doc:"What would mend it: address, link, account, mail, device, token, audience, wait."`
}

func verdictOf(v invite.Verdict) Verdict {
	return Verdict{string(v.Code), v.Reachable, string(v.Channel), v.Sentence, string(v.Fix)}
}

// Finding is one verdict and how many people it is about.
type Finding struct {
	Verdict
	People int `json:"people"`
}

type examineInput struct{ Body InvitationRequest }

func (d *Door) examine(ctx context.Context, in *examineInput) (*answer[Diagnosis], error) {
	request, err := d.requestOf(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	found, err := d.Inviter.Examine(ctx, request)
	return answered(Diagnosis{
		LocationID: string(found.Location.ID), Location: found.Location.Name,
		People: found.People, Reachable: found.Reachable, Acting: found.Acting, OnDevice: found.OnDevice, ByMail: found.ByMail, Notice: found.Notice,
		Verdicts: each(found.Verdicts, func(f invite.Finding) Finding { return Finding{verdictOf(f.Verdict), f.People} }),
		Shared:   found.Shared.People, SharedText: found.Shared.Sentence,
	}, err)
}

// VerdictLine is one person and the doctor's word.
type VerdictLine struct {
	Person  Person  `json:"person"`
	Verdict Verdict `json:"verdict"`
}

type examineLinesInput struct {
	Code    string `query:"code" required:"true" doc:"The verdict whose people are listed."`
	Channel string `query:"channel" enum:"mail,link,device,both" doc:"Only those who are reached this way."`
	Paging
	Body InvitationRequest
}

func (d *Door) examineLines(ctx context.Context, in *examineLinesInput) (*answer[List[VerdictLine]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	request, err := d.requestOf(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	lines, err := d.Inviter.Lines(ctx, request, func(v invite.Verdict) bool {
		return string(v.Code) == in.Code && (in.Channel == "" || string(v.Channel) == in.Channel)
	}, page)
	return listOf(lines, err, func(l invite.Line) VerdictLine { return VerdictLine{personOf(l.Person), verdictOf(l.Verdict)} })
}

// Repeatable carries the key by which a repeated request is recognized.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A request with a key that was used before starts nothing and answers with the task of then."`
}

// key is the caller's key, which is never one that the server makes.
func (r Repeatable) key() string {
	if r.Key == "" {
		return ""
	}
	return "api:" + r.Key
}

type inviteInput struct {
	Repeatable
	Body InvitationRequest
}

func (d *Door) invite(ctx context.Context, in *inviteInput) (*answer[Task], error) {
	request, err := d.requestOf(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	request.IdempotencyKey = in.key()
	start := d.Inviter.Start
	if len(request.Devices) > 0 && request.Channel == vpp.ChannelDevice {
		start = d.Inviter.InviteOn
	}
	t, err := start(ctx, actor(ctx), request)
	return answered(taskOf(t), err)
}

type userAtInput struct {
	UserPath
	AtLocation
}

func (d *Door) withdraw(ctx context.Context, in *userAtInput) (*none, error) {
	return &none{}, d.Inviter.Withdraw(ctx, actor(ctx), in.id(), in.location())
}

// Link is an invitation to hand over. Whoever holds it can accept it.
type Link struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (d *Door) copyLink(ctx context.Context, in *userAtInput) (*answer[Link], error) {
	l, err := d.Inviter.CopyLink(ctx, actor(ctx), in.id(), in.location())
	return answered(Link{l.URL, l.ExpiresAt.UTC()}, err)
}
