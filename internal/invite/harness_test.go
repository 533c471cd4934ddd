package invite_test

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var anna = vpp.Actor{ID: "1", Name: "anna", From: "192.0.2.7"}

// house is the real service on the real store, with a real mail server.
type house struct {
	*invite.Service
	t      testing.TB
	db     *store.DB
	server *mailtest.Server
	sender *mail.Sender
	skew   atomic.Int64
	apple  string // where AppleLink leads
	mdm    *mdmHouse
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.skew.Load())) }

// pass moves the clock on.
func (h *house) pass(d time.Duration) { h.skew.Add(int64(d)) }

func (h *house) AppleLink(context.Context, vpp.ProgramUserID) (string, error) { return h.apple, nil }

func open(t testing.TB, url string, config invite.Config) *house {
	t.Helper()
	h := &house{t: t, apple: "https://buy.itunes.apple.com/accept?inviteCode=s3cret"}
	h.db = storetest.Open(t, url, h.now)
	q, err := queue.New(t.Context(), h.db.SQLite(), h.db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: h.now})
	must(t, err)
	h.db.Use(q)
	h.server, err = mailtest.NewServer(mailtest.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, h.server.Close()) })
	h.sender, err = mail.NewSender(mail.Settings{}, mail.Ports{Now: h.now})
	must(t, err)
	t.Cleanup(func() { must(t, h.sender.Close()) })
	config.BaseURL, config.LinkKey = cmp.Or(config.BaseURL, "https://rsvpp.test"), []byte("0123456789abcdef0123456789abcdef")
	h.Service = invite.New(h.db, invite.Ports{
		Carrier: carrier{h.sender}, Devices: lateDevices{h}, Letters: letters{}, Bounces: carrier{}, Sealer: newBox(t), Apple: h, Clock: h.now,
		IDs: storetest.NewID, Secrets: uuid.NewString,
	}, config)
	h.exec("INSERT INTO locations (id, name, is_default, created_at, token_added_at, token_expires_at, consent_at) VALUES ('l1', 'Example School', $1, 1, 1, $2, 1)",
		true, h.now().AddDate(1, 0, 0).UnixMilli())
	return h
}

// withMail configures the relay.
func (h *house) withMail() *house {
	h.t.Helper()
	must(h.t, h.SaveMailSettings(h.t.Context(), anna, h.relay()))
	return h
}

func (h *house) relay() invite.MailSettings {
	return invite.MailSettings{
		Mode: "relay", Host: h.server.Host(), Port: h.server.Port(), Security: "none",
		FromName: "IT", FromAddress: "it@school.test", MaxConnections: 8,
	}
}

func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	if _, err := h.db.Exec(h.t.Context(), query, args...); err != nil {
		h.t.Fatal(err)
	}
}

// count reads one number.
func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), query, args...)
	must(h.t, err)
	defer rows.Close()
	for rows.Next() {
		must(h.t, rows.Scan(&n))
	}
	must(h.t, rows.Err())
	return n
}

// person is a row of the list, u1 with place p1 for n = 1.
func (h *house) person(n int, email, managed string) vpp.UserID {
	h.t.Helper()
	id := fmt.Sprintf("u%05d", n)
	name := fmt.Sprintf("Person %d", n)
	h.exec(`INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
		managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		VALUES ($1, '', '', '', 'Person', $2, $3, $4, $4, $5, '', '', '', 'csv', $3, 1000, 1000)`, id, strconv.Itoa(n), name, email, managed)
	h.exec("INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at) VALUES ($1, $2, 'l1', $3, $4, 1000)",
		fmt.Sprintf("p%05d", n), id, name, email == "")
	return vpp.UserID(id)
}

func (h *house) people(n int) []vpp.UserID {
	h.t.Helper()
	var ids []vpp.UserID
	for i := range n {
		ids = append(ids, h.person(i+1, fmt.Sprintf("p%d@school.test", i+1), ""))
	}
	return ids
}

// appleConfirms does what program does when a read shows new records.
func (h *house) appleConfirms() {
	h.t.Helper()
	h.exec(`UPDATE program_users SET apple_status = 'Registered', pending = '', code_sealed = 'x', created_at = $1 WHERE pending = 'create'`, h.now().UnixMilli())
	h.exec(`UPDATE deliveries SET ready_at = $1 WHERE outcome = 'queued' AND ready_at = 0
		AND program_user_id IN (SELECT id FROM program_users WHERE apple_status = 'Registered' AND pending = '')`, h.now().UnixMilli())
}

// run starts a run and expands it.
func (h *house) run(r invite.Request) vpp.Task {
	h.t.Helper()
	task, err := h.Start(h.t.Context(), anna, r)
	must(h.t, err)
	must(h.t, h.Expand(h.t.Context(), vpp.ExpandTask{TaskID: task.ID}))
	return task
}

func (h *house) send() {
	h.t.Helper()
	must(h.t, h.Send(h.t.Context(), vpp.SendMail{}))
}

func (h *house) task(id vpp.TaskID) vpp.Task {
	h.t.Helper()
	run, _, err := h.db.InviteRun(h.t.Context(), id)
	must(h.t, err)
	return run.Task
}

func (h *house) story(id vpp.UserID) invite.Story {
	h.t.Helper()
	s, err := h.Story(h.t.Context(), id, "")
	must(h.t, err)
	return s
}

func all() vpp.Selection { return vpp.Selection{All: true} }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// carrier is the adapter that cmd puts between this room and the mail room.
type carrier struct{ sender *mail.Sender }

func settingsOf(s invite.Outgoing) mail.Settings {
	return mail.Settings{
		Mode: mail.Mode(s.Mode), Host: s.Host, Port: s.Port, Security: mail.Security(s.Security), Username: s.Username,
		Password: mail.NewSecret(s.Password), FromName: s.FromName, FromAddress: s.FromAddress, ReplyTo: s.ReplyTo, HELO: s.HELO,
		MaxConnections: s.MaxConnections, Timeout: time.Duration(s.TimeoutSeconds) * time.Second, TrustedCA: []byte(s.TrustedCA),
		BounceTo: s.BounceTo,
		DKIM:     mail.DKIM{Domain: s.DKIMDomain, Selector: s.DKIMSelector, Key: mail.NewSecret(s.SigningKey)},
	}
}

func (c carrier) Check(s invite.MailSettings) error {
	return settingsOf(invite.Outgoing{MailSettings: s}).Validate()
}
func (c carrier) Use(s invite.Outgoing) error { return c.sender.Change(settingsOf(s)) }

func (c carrier) Send(ctx context.Context, m invite.Message) invite.Handover {
	r := c.sender.Send(ctx, mail.Letter(m))
	halt := r.Outcome == mail.Deferred && (r.Cause == mail.CauseSettings || r.Step == mail.StepConnect)
	return invite.Handover{Outcome: outcomeOf(r), Answer: r.Answer, Sentence: r.Sentence, Halt: halt, BadAddress: r.Outcome == mail.Refused && r.Cause == mail.CauseRecipient}
}

func (carrier) ReturnPath(address, token string) string { return mail.ReturnPath(address, token) }

func (carrier) ReadBounce(raw []byte, address string) invite.Returned {
	b := mail.ReadBounce(raw, address)
	outcome := map[mail.BounceKind]vpp.DeliveryOutcome{
		mail.BounceFailed: vpp.DeliveryBounced, mail.BounceDelayed: vpp.DeliveryAccepted, mail.BounceComplaint: vpp.DeliveryComplained,
	}[b.Kind]
	return invite.Returned{Outcome: outcome, Answer: b.Answer, BadAddress: b.Address, Tokens: b.Tokens}
}

func (c carrier) NewSigningKey() (key, record string, err error) {
	made, err := mail.NewSigningKey()
	return made.Key.Reveal(), made.Record, err
}

func (c carrier) Test(ctx context.Context, s invite.Outgoing, to string) invite.TestReport {
	sender, err := mail.NewSender(settingsOf(s), mail.Ports{})
	if err != nil {
		return invite.TestReport{Outcome: vpp.DeliveryRefused, Sentence: vpp.MessageOf(err)}
	}
	defer func() { _ = sender.Close() }()
	report := sender.Test(ctx, to)
	out := invite.TestReport{Outcome: outcomeOf(report.Result), Answer: report.Result.Answer, Sentence: report.Result.Sentence}
	for _, s := range report.Steps {
		out.Steps = append(out.Steps, invite.TestStep{Name: string(s.Step), OK: s.OK, Took: s.Took, Answer: s.Answer})
	}
	return out
}

func outcomeOf(r mail.Result) vpp.DeliveryOutcome {
	switch r.Outcome {
	case mail.Accepted:
		return vpp.DeliveryAccepted
	case mail.Refused:
		return vpp.DeliveryRefused
	}
	return vpp.DeliveryDeferred
}

type letters struct{}

func (letters) Compile(l vpp.Letter) (invite.Compiled, error) {
	c, err := mail.Compile(mail.Template(l))
	return compiled{c}, err
}
func (letters) Default() vpp.Letter       { return vpp.Letter(mail.DefaultTemplate()) }
func (letters) Sample() invite.LetterData { return invite.LetterData(mail.SampleData()) }

type compiled struct{ *mail.Compiled }

func (c compiled) Render(d invite.LetterData) (vpp.Letter, error) {
	r, err := c.Compiled.Render(mail.TemplateData(d))
	return vpp.Letter(r), err
}

// box seals with a key of its own.
type box struct{ aead cipher.AEAD }

func newBox(t testing.TB) box {
	t.Helper()
	block, err := aes.NewCipher(make([]byte, 32))
	must(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	must(t, err)
	return box{aead}
}

func (b box) Seal(plain []byte, context string) (string, error) {
	return base64.StdEncoding.EncodeToString(b.aead.Seal(nil, nil, plain, []byte(context))), nil
}

func (b box) Open(sealed, context string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, err
	}
	return b.aead.Open(nil, nil, raw, []byte(context))
}

var (
	_ invite.Store   = (*store.DB)(nil)
	_ invite.Carrier = carrier{}
	_ invite.Letters = letters{}
)
