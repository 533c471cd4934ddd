package invite

import (
	"context"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// write makes the letter of one delivery.
func (b *batch) write(text Compiled, d vpp.DueLetter) (Message, error) {
	data := b.settings.sign(LetterData{
		FullName: d.FullName, FirstName: d.FirstName, Organization: d.LocationName, Location: d.LocationName,
		Link: b.service.linkOf(d.Invitation), ExpiresOn: dayOf(d.Invitation),
	})
	letter, err := text.Render(data)
	if err != nil {
		return Message{}, err
	}
	return Message{
		ToName: d.FullName, ToAddress: d.Address, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML,
		// Deterministic: a letter repeated after a crash is recognizably the same.
		MessageID: string(d.Delivery) + "@" + domainOf(b.settings.FromAddress), Date: b.service.now(),
		Headers:    map[string]string{"Auto-Submitted": "auto-generated"},
		ReturnPath: b.service.returnPath(b.settings, d.Delivery),
	}, nil
}

// text compiles a run's letter once per job.
func (b *batch) text(ctx context.Context, task vpp.TaskID) (Compiled, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if text, ok := b.texts[task]; ok {
		return text, nil
	}
	letter, own, err := b.service.store.RunLetter(ctx, task)
	if err == nil && !own {
		letter, err = b.service.Letter(ctx)
	}
	if err != nil {
		return nil, err
	}
	text, err := b.service.letters.Compile(letter)
	if err != nil { // checked when it was saved, but the rules may be newer
		text = broken{err}
	}
	b.texts[task] = text
	return text, nil
}

// broken stands for a letter that cannot be written: its people are told, and
// nobody else waits for them.
type broken struct{ err error }

// Render implements Compiled.
func (b broken) Render(LetterData) (vpp.Letter, error) { return vpp.Letter{}, b.err }

// dayOf is how a letter names the last day of a link.
func dayOf(i vpp.Invitation) string {
	if i.ExpiresAt.IsZero() {
		return ""
	}
	return i.ExpiresAt.Format("2 January 2006")
}

func domainOf(address string) string {
	_, domain, found := strings.Cut(address, "@")
	if !found || domain == "" {
		return "rsvpp.invalid"
	}
	return domain
}
