package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const largestToken = 1 << 20

// Location is one organizational unit at Apple. Its content token never leaves.
type Location struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Default      bool       `json:"default" doc:"People go here when nobody says where."`
	TokenState   string     `json:"token_state" enum:"missing,valid,expiring,expired,revoked,invalid,not_allowed,elsewhere,no_consent"`
	TokenText    string     `json:"token_sentence,omitempty" doc:"How the token stands and what to do about it; missing while all is well."`
	TokenProblem int        `json:"token_problem,omitempty" doc:"Apple's error number that ended the token's use."`
	Organization string     `json:"organization,omitempty" doc:"Apple's orgName, as the token says it."`
	ExpiresAt    *time.Time `json:"token_expires_at,omitempty"`
	AddedAt      *time.Time `json:"token_added_at,omitempty"`
	UID          string     `json:"uid,omitempty" doc:"Apple's uId."`
	Country      string     `json:"country,omitempty" doc:"The storefront, ISO 3166 alpha-2."`
	Platform     string     `json:"platform,omitempty" doc:"Apple's word: volumestore is education, enterprisestore is business."`
	Website      string     `json:"website,omitempty"`
	VerifiedAt   *time.Time `json:"verified_at,omitempty" doc:"When Apple last accepted the token."`
	WaitUntil    *time.Time `json:"wait_until,omitempty" doc:"Apple asked us to make no call before."`
	ReadAt       *time.Time `json:"read_at,omitempty" doc:"The last completed read of users."`
	FullReadAt   *time.Time `json:"full_read_at,omitempty"`
	AtApple      int        `json:"at_apple" doc:"Living records that the last full read saw."`
	ReadProblem  string     `json:"read_problem,omitempty" doc:"Why the last read failed."`
	Notified     bool       `json:"notified" doc:"Apple tells us of changes; otherwise we ask."`
	NotifiedAt   *time.Time `json:"notified_at,omitempty"`
	Schedule     Schedule   `json:"schedule" doc:"How often it is read by itself; what is missing is the server's own."`
	NextReadAt   *time.Time `json:"next_read_at,omitempty" doc:"When the schedule reads next what changed."`
	NextFullAt   *time.Time `json:"next_full_at,omitempty" doc:"When the schedule reads next everything."`
	AssetsReadAt *time.Time `json:"assets_read_at,omitempty" doc:"The last completed read of apps, books and licenses."`
	NotifyTestAt *time.Time `json:"notify_test_at,omitempty" doc:"When a test of Apple's last arrived here."`
	NotifyWhy    string     `json:"notify_problem,omitempty" doc:"Why Apple does not notify this server."`
	CreatedAt    time.Time  `json:"created_at"`

	ClaimState string     `json:"claim_state" enum:"unclaimed,ours,others,taken,moved_out" doc:"Who manages the location. Nothing is changed there unless it is ours."`
	Claim      *Claim     `json:"claim,omitempty" doc:"Whose claim Apple shows; missing when nobody's."`
	ClaimedAt  *time.Time `json:"claimed_at,omitempty" doc:"When our own claim was written last."`
	FrozenAt   *time.Time `json:"frozen_at,omitempty" doc:"When another server's claim was seen in place of ours."`
	FrozenBy   *Claim     `json:"frozen_by,omitempty" doc:"Whose that was."`
	MovedAt    *time.Time `json:"moved_at,omitempty" doc:"When the location was moved out."`
	Elsewhere  string     `json:"elsewhere,omitempty" doc:"A sentence: who has the location, and what to do. Missing while it is ours."`
	ReadFirst  bool       `json:"read_first,omitempty" doc:"Taken back, and nothing is sent before everything was read."`

	Consent         *Consent `json:"consent,omitempty" doc:"Who confirmed that people's data may go to Apple; missing when nobody did: then nothing is written there."`
	ConsentText     string   `json:"consent_text" doc:"What is to be confirmed, as it reads now."`
	ConsentVersion  string   `json:"consent_version" doc:"Tells it from other texts."`
	ConsentOutdated bool     `json:"consent_outdated,omitempty" doc:"Other words were confirmed than are asked now; these stay in force."`
}

// Consent is who confirmed that people's data may go to Apple.
type Consent struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Text    string    `json:"text,omitempty" doc:"What was confirmed."`
	Version string    `json:"version,omitempty" doc:"Tells that text from others."`
	Assumed bool      `json:"assumed,omitempty" doc:"The location is older than the question: whoever added it counts as having confirmed it."`
}

func consentOf(c vpp.Consent) *Consent {
	if !c.Given() {
		return nil
	}
	return &Consent{At: c.At.UTC(), By: c.By, Text: c.Text, Version: c.Version(), Assumed: c.Assumed()}
}

// Claim is what stands in Apple's mdmInfo: a server that says it manages the location.
type Claim struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Metadata string `json:"metadata,omitempty"`
}

func claimOf(c vpp.Claim) *Claim {
	if c.ID == "" {
		return nil
	}
	return &Claim{c.ID, c.Name, c.Metadata}
}

func (d *Door) locationOf(l vpp.Location) Location {
	now := d.config.Clock()
	return Location{
		ID: string(l.ID), Name: l.Name, Default: l.Default, TokenState: string(l.TokenState(now)), TokenText: joined(l.TokenSentence(now), l.TokenNext(now)), TokenProblem: l.TokenProblem,
		Organization: l.Token.Organization, ExpiresAt: at(l.Token.ExpiresAt), AddedAt: at(l.Token.AddedAt),
		UID: l.UID, Country: l.Country, Platform: l.Platform, Website: l.Website, VerifiedAt: at(l.VerifiedAt),
		WaitUntil: at(l.WaitUntil), ReadAt: at(l.ReadAt), FullReadAt: at(l.FullReadAt), AtApple: l.AtApple, ReadProblem: l.ReadProblem,
		Notified: l.NotifyURL != "", NotifiedAt: at(l.NotifiedAt), NotifyTestAt: at(l.NotifyTestAt), NotifyWhy: l.NotifyProblem, CreatedAt: l.CreatedAt.UTC(),
		ClaimState: string(l.ClaimState()), Claim: claimOf(l.Claim), ClaimedAt: at(l.ClaimedAt), FrozenAt: at(l.FrozenAt), FrozenBy: claimOf(l.FrozenBy),
		MovedAt: at(l.MovedAt), Elsewhere: l.WhyElsewhere(), ReadFirst: !l.ReadFirst.IsZero(),
		Schedule: scheduleOf(l.Schedule), NextReadAt: at(l.NextReadAt), NextFullAt: at(l.NextFullAt), AssetsReadAt: at(l.AssetsReadAt),
		Consent: consentOf(l.Consent), ConsentText: l.ConsentAsked(), ConsentVersion: vpp.ConsentVersion(l.ConsentAsked()), ConsentOutdated: l.ConsentOutdated(),
	}
}

func joined(sentence, next string) string { return strings.TrimSpace(sentence + " " + next) }

func (d *Door) listLocations(ctx context.Context, _ *none) (*answer[List[Location]], error) {
	all, err := d.Locations.List(ctx)
	return answered(List[Location]{Items: each(all, d.locationOf)}, err)
}

// LocationPath names a location.
type LocationPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (in LocationPath) id() vpp.LocationID { return vpp.LocationID(in.ID) }

func (d *Door) getLocation(ctx context.Context, in *LocationPath) (*answer[Location], error) {
	l, err := d.Locations.Get(ctx, in.id())
	return answered(d.locationOf(l), err)
}

// bytes reads a small file whole.
func (u *Uploaded) bytes() ([]byte, error) {
	if u.fault != nil {
		return nil, u.fault
	}
	b, err := io.ReadAll(u.r)
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return nil, err
	}
	if err != nil {
		return nil, vpp.Wrap(vpp.Invalid, err, "The file did not arrive whole: send it again.")
	}
	return b, nil
}

// Token is what a token file says by itself.
type Token struct {
	Organization string    `json:"organization"`
	ExpiresAt    time.Time `json:"expires_at"`
}

func (d *Door) inspectToken(_ context.Context, in *Upload) (*answer[Token], error) {
	file, err := in.File.bytes()
	if err != nil {
		return nil, err
	}
	t, err := d.Locations.Inspect(file)
	return answered(Token{t.Organization, t.ExpiresAt.UTC()}, err)
}

type addInput struct {
	Upload
	TakeOver bool `query:"take_over" doc:"Add it although another server claims it, and take it over from that one."`
	Consent  bool `query:"consent" doc:"You confirm consent_text: people's data may go to Apple. Without it the location is read, and nothing is written there."`
}

func (d *Door) addLocation(ctx context.Context, in *addInput) (*answer[Location], error) {
	file, err := in.File.bytes()
	if err != nil {
		return nil, err
	}
	if in.TakeOver {
		l, err := d.Locations.AddOver(ctx, actor(ctx), file, "", in.Consent)
		return answered(d.locationOf(l), err)
	}
	l, err := d.Locations.Add(ctx, actor(ctx), file, in.Consent)
	return answered(d.locationOf(l), err)
}

type consentInput struct {
	LocationPath
	Version string `query:"version" maxLength:"64" doc:"The consent_version that you read; refused when the words are others by now."`
}

func (d *Door) consent(ctx context.Context, in *consentInput) (*answer[Location], error) {
	l, err := d.Locations.Consent(ctx, actor(ctx), in.id(), in.Version)
	return answered(d.locationOf(l), err)
}

type takeBackInput struct {
	LocationPath
	Body struct {
		Claim string `json:"claim" maxLength:"255" doc:"The id of the claim that you saw: claim.id of the location, empty for none."`
	}
}

func (d *Door) takeBack(ctx context.Context, in *takeBackInput) (*answer[Location], error) {
	l, err := d.Claims.TakeBack(ctx, actor(ctx), in.id(), in.Body.Claim)
	return answered(d.locationOf(l), err)
}

type renewInput struct {
	LocationPath
	Sooner bool `query:"sooner" doc:"Also renew with a token that expires before the one that is stored."`
	Upload
}

func (d *Door) renewToken(ctx context.Context, in *renewInput) (*answer[Location], error) {
	file, err := in.File.bytes()
	if err != nil {
		return nil, err
	}
	l, err := d.Locations.Renew(ctx, actor(ctx), in.id(), file, in.Sooner)
	return answered(d.locationOf(l), err)
}

func (d *Door) checkLocation(ctx context.Context, in *LocationPath) (*answer[Location], error) {
	l, err := d.Locations.Check(ctx, actor(ctx), in.id())
	return answered(d.locationOf(l), err)
}

func (d *Door) defaultLocation(ctx context.Context, in *LocationPath) (*answer[Location], error) {
	if err := d.Locations.SetDefault(ctx, actor(ctx), in.id()); err != nil {
		return nil, err
	}
	return d.getLocation(ctx, in)
}
