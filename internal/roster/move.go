package roster

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/roster/moving"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The columns beside our own that a move-in reads: the record at Apple that is
// a person's, when the invitation was handed over, and since when the person is
// paused.
const (
	columnClient = "client_user_id"
	columnHanded = "handed_over_at"
	columnPaused = "paused_at"
)

// HandOver writes the hand-over file of a location: everybody there, with what
// the next server has to know. While Apple still works on what was sent there
// the error is vpp.Conflict.
func (s *Service) HandOver(ctx context.Context, id vpp.LocationID, key ed25519.PrivateKey, madeBy string, w io.Writer) error {
	h, err := s.locate(ctx, id)
	if err != nil {
		return err
	}
	l := h.chosen
	busy, err := s.store.InFlight(ctx, l.ID)
	if err != nil {
		return err
	}
	if busy > 0 {
		return vpp.Errorf(vpp.Conflict, "Apple is still working on %s of %s: try again in a moment.", people(busy), l.Name)
	}
	head := moving.Head{MadeAt: s.now().UTC(), MadeBy: madeBy, Location: moving.Location{UID: l.UID, Name: l.Name, Country: l.Country, MovedAt: stamp(l.MovedAt)}}
	out, err := moving.NewWriter(w, key, head)
	if err != nil {
		return err
	}
	err = s.store.EachPerson(ctx, vpp.Selection{Filter: vpp.Filter{Location: l.ID}, All: true}, func(people []vpp.Person) error {
		for _, p := range people {
			if err := out.Write(handedOver(p)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Close()
}

func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// handedOver is a person as the next server has to know them.
func handedOver(p vpp.Person) moving.Person {
	u, place := p.User, p.Program
	out := moving.Person{
		ExternalID: u.ExternalID, UserName: u.UserName, FirstName: u.FirstName, LastName: u.LastName, FullName: u.FullName,
		Email: u.Email, ManagedAppleID: u.ManagedAppleID, Groups: u.Groups, Locale: u.Locale, Notes: u.Notes,
		VPPStatus: string(place.VPPStatus()), AppleStatus: string(place.AppleStatus), ClientUserID: string(place.ClientUserID),
		PausedAt: stamp(u.PausedAt),
	}
	if place.AppleStatus.Living() {
		out.HandedOverAt = stamp(place.HandedOverAt)
	}
	return out
}

// MoveIn stores a file by which people move in with their records at Apple: a
// hand-over file, or a CSV file with a column client_user_id. A hand-over file
// must be about this location and whole as it was signed; with a fingerprint,
// signed by that key. Nobody is moved yet: preview and run it as any import.
func (s *Service) MoveIn(ctx context.Context, by vpp.Actor, id vpp.LocationID, filename, fingerprint string, r io.Reader) (Import, error) {
	h, err := s.locate(ctx, id)
	if err != nil {
		return Import{}, err
	}
	if h.chosen.UID == "" {
		return Import{}, vpp.Errorf(vpp.Conflict, "%s has no content token yet: add one first.", h.chosen.Name)
	}
	in := bufio.NewReaderSize(r, 64<<10)
	if beginning, _ := in.Peek(512); !moving.Is(beginning) {
		return s.upload(ctx, by, vpp.Import{Filename: plainName(filename), Adopt: true, LocationID: h.chosen.ID}, in)
	}
	file, err := moving.Open(in)
	if err != nil {
		return Import{}, err
	}
	switch about := file.Head().Location; {
	case about.UID != h.chosen.UID:
		return Import{}, invalid("file", "The hand-over file is about the location “%s”, and this is “%s”: add the content token of that location, and move in there.", about.Name, h.chosen.Name)
	case fingerprint != "" && !strings.EqualFold(strings.TrimSpace(fingerprint), file.Fingerprint()):
		return Import{}, invalid("fingerprint", "The hand-over file is signed with the key %s, not with %s: it does not come from the server that you mean.", file.Fingerprint(), fingerprint)
	}
	rows, err := newMoved(file)
	if err != nil {
		return Import{}, err
	}
	return s.upload(ctx, by, vpp.Import{Filename: plainName(filename), Adopt: true, LocationID: h.chosen.ID}, rows)
}

// moved is a hand-over file as the CSV that an import keeps. Its last bytes come
// only when the signature is right.
type moved struct {
	file *moving.Reader
	text bytes.Buffer
	csv  *sheet.PeopleWriter
	err  error
}

func newMoved(file *moving.Reader) (*moved, error) {
	r := &moved{file: file}
	var err error
	r.csv, err = sheet.NewPeopleWriter(&r.text, sheet.Comma, columnClient, columnHanded, columnPaused)
	return r, err
}

// Read implements io.Reader.
func (r *moved) Read(b []byte) (int, error) {
	for r.err == nil && r.text.Len() < len(b) {
		r.err = r.more()
	}
	if r.text.Len() > 0 {
		return r.text.Read(b)
	}
	return 0, r.err
}

func (r *moved) more() error {
	p, err := r.file.Next()
	if errors.Is(err, io.EOF) {
		if closed := r.csv.Close(); closed != nil {
			return closed
		}
	}
	if err != nil {
		return err
	}
	return r.csv.Write(sheet.Person{
		ExternalID: p.ExternalID, UserName: p.UserName, FirstName: p.FirstName, LastName: p.LastName, FullName: p.FullName,
		Email: p.Email, ManagedAppleID: p.ManagedAppleID, Groups: p.Groups, Locale: p.Locale, Notes: p.Notes,
	}, p.ClientUserID, cellOf(p.HandedOverAt), cellOf(p.PausedAt))
}

func cellOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
