package applesim

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// line is one fact in the journal; a state is the sum of its lines. A file holds one JSON line each, memory-only services none.
// Lines are written before the answer leaves, in one write per request, so that kill -9 loses nothing that was answered.
// They are not synced to the disk: a power cut may lose the last moments.
type line struct {
	Kind       lineKind        `json:"k"`
	Key        string          `json:"key,omitempty"`
	Location   *Location       `json:"location,omitempty"`
	Token      *Token          `json:"token,omitempty"`
	Content    string          `json:"content,omitempty"`
	UID        string          `json:"uId,omitempty"`
	Config     *clientConfig   `json:"config,omitempty"`
	Event      *event          `json:"event,omitempty"`
	User       *userLine       `json:"user,omitempty"`
	Asset      *Asset          `json:"asset,omitempty"`
	Position   int             `json:"pos,omitempty"`
	Assignment *assignmentLine `json:"as,omitempty"`
	Legacy     *legacy         `json:"legacy,omitempty"`
}

type lineKind string

const (
	lineKey             lineKind = "key"
	lineStart           lineKind = "start"
	lineLocation        lineKind = "location"
	lineToken           lineKind = "token"
	lineRevoke          lineKind = "revoke"
	lineConfig          lineKind = "config"
	lineEvent           lineKind = "event"
	lineUser            lineKind = "user"
	lineAsset           lineKind = "asset"
	lineAssignment      lineKind = "as"
	lineLegacy          lineKind = "legacy"
	lineChanged         lineKind = "changed" // a token's state
	lineLocationChanged lineKind = "location changed"
)

// userLine is the whole state of one record after a change.
type userLine struct {
	Location   uint32 `json:"l"`
	Index      int32  `json:"i"`
	Position   uint32 `json:"p"` // in the change log
	ID         string `json:"id"`
	Email      string `json:"email,omitempty"`
	Account    string `json:"account,omitempty"`
	Hash       string `json:"hash,omitempty"`
	State      state  `json:"s"`
	Managed    bool   `json:"managed,omitempty"`
	Rotation   uint16 `json:"rot,omitempty"`
	Created    int64  `json:"c"`
	Invited    int64  `json:"inv,omitempty"`
	Associated int64  `json:"a,omitempty"`
	Ended      int64  `json:"e,omitempty"`
}

// put makes a fact true and, with a file, notes it. Every change but those of users and assignments takes this road.
func (a *Apple) put(l line) {
	a.apply(l)
	a.note(l)
	if l.Kind == lineEvent && l.Event.Status == statusPending {
		a.schedule(l.Event)
	}
}

// note adds a line to what the next flush writes.
func (a *Apple) note(l line) {
	if a.file == nil {
		return
	}
	text, err := json.Marshal(l)
	if err != nil {
		a.broken = err
		return
	}
	a.unwritten = append(append(a.unwritten, text...), '\n')
}

// flush writes what was noted. After a failure the service answers 9603 to everything, for it can no longer keep its word.
func (a *Apple) flush() error {
	if len(a.unwritten) > 0 && a.broken == nil {
		if _, err := a.file.Write(a.unwritten); err != nil {
			a.broken = fmt.Errorf("applesim: write %s: %w", a.file.Name(), err)
		}
	}
	a.unwritten = a.unwritten[:0]
	return a.broken
}

// apply makes one line true in memory.
func (a *Apple) apply(l line) {
	switch l.Kind {
	case lineStart:
		a.starts++
	case lineLocation:
		loc := newLocation(*l.Location, uint32(len(a.ordered)))
		a.locations[loc.UID], a.ordered = loc, append(a.ordered, loc)
	case lineLocationChanged:
		a.locations[l.Location.UID].Location = *l.Location
	case lineToken:
		a.tokens[l.Token.Content], a.minted = l.Token, append(a.minted, l.Token)
	case lineRevoke:
		a.tokens[l.Content].Revoked = true
	case lineConfig:
		a.locations[l.UID].config = *l.Config
	case lineEvent:
		if a.events[l.Event.ID] == nil {
			a.eventOrder = append(a.eventOrder, l.Event.ID)
		}
		a.events[l.Event.ID] = l.Event
	case lineUser:
		a.ordered[l.User.Location].restore(*l.User)
	case lineAsset:
		a.locations[l.UID].keepAsset(*l.Asset, l.Position)
	case lineAssignment:
		a.ordered[l.Assignment.Location].restoreAssignment(*l.Assignment)
	case lineLegacy:
		a.locations[l.UID].legacy = *l.Legacy
	case lineChanged:
		*a.tokens[l.Token.Content] = *l.Token
	}
}

// valid guards apply against a damaged file.
func (a *Apple) valid(l line) bool {
	switch l.Kind {
	case lineKey, lineStart:
		return true
	case lineLocation:
		return l.Location != nil && a.locations[l.Location.UID] == nil
	case lineLocationChanged:
		return l.Location != nil && a.locations[l.Location.UID] != nil
	case lineToken:
		return l.Token != nil && a.locations[l.Token.UID] != nil
	case lineRevoke:
		return a.tokens[l.Content] != nil
	case lineConfig:
		return l.Config != nil && a.locations[l.UID] != nil
	case lineEvent:
		return l.Event != nil && a.locations[l.Event.UID] != nil
	case lineAsset:
		return l.Asset != nil && a.locations[l.UID] != nil && l.Asset.sound()
	case lineAssignment:
		g := l.Assignment
		return g != nil && int(g.Location) < len(a.ordered) && a.ordered[g.Location].fits(*g)
	case lineLegacy:
		return l.Legacy != nil && a.locations[l.UID] != nil
	case lineChanged:
		return l.Token != nil && a.tokens[l.Token.Content] != nil && a.tokens[l.Token.Content].UID == l.Token.UID
	case lineUser:
		u := l.User
		return u != nil && int(u.Location) < len(a.ordered) && u.Index >= 0 && int(u.Index) <= a.ordered[u.Location].n && u.State <= stateDeleted
	}
	return false
}

// openFile reads the journal, mends a torn last line, and keeps the file open for appending.
func (a *Apple) openFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("applesim: open file: %w", err)
	}
	good, lines, err := a.replay(f)
	if err == nil {
		err = errors.Join(f.Truncate(good), seekTo(f, good))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("applesim: read %s: %w", name, err), f.Close())
	}
	for _, l := range a.ordered {
		l.recount()
	}
	a.file = f
	if facts := a.countFacts(); lines > 2*facts+1000 {
		return a.compact(name)
	}
	return nil
}

func seekTo(f *os.File, at int64) error {
	_, err := f.Seek(at, io.SeekStart)
	return err
}

// replay applies every whole line and returns where the last one ends. A torn last line is what a kill leaves; any other fault is an error.
func (a *Apple) replay(r io.Reader) (good int64, lines int, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	for {
		text, err := in.ReadBytes('\n')
		if err == io.EOF {
			return good, lines, nil
		}
		if err != nil {
			return good, lines, err
		}
		var l line
		if err := json.Unmarshal(bytes.TrimSpace(text), &l); err != nil {
			return good, lines, fmt.Errorf("line %d: %w", lines+1, err)
		}
		if !a.valid(l) {
			return good, lines, fmt.Errorf("line %d: a %q that does not fit", lines+1, l.Kind)
		}
		if l.Kind == lineKey {
			if err := a.useKey(l.Key); err != nil {
				return good, lines, err
			}
		}
		a.apply(l)
		good, lines = good+int64(len(text)), lines+1
	}
}

func (a *Apple) useKey(text string) error {
	key, err := hex.DecodeString(text)
	if err != nil {
		return err
	}
	a.mint, err = newMint(key)
	return err
}
