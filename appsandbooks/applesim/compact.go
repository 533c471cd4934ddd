package applesim

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// countFacts is how many lines a fresh snapshot would have.
func (a *Apple) countFacts() int {
	n := 1 + a.starts + len(a.minted) + len(a.events) + 3*len(a.ordered)
	for _, l := range a.ordered {
		n += l.n + len(l.assets) + l.assignments.n
	}
	return n
}

// compact rewrites the file beside the old one and takes its place. It runs at the start only, when more than half is history.
func (a *Apple) compact(name string) error {
	f, err := os.OpenFile(name+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("applesim: compact: %w", err)
	}
	if err = errors.Join(a.snapshot(f), f.Sync()); err == nil {
		err = os.Rename(name+".new", name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("applesim: compact: %w", err), f.Close())
	}
	old := a.file
	a.file = f
	return old.Close()
}

func (a *Apple) snapshot(f *os.File) error {
	out := bufio.NewWriterSize(f, 1<<20)
	lines := json.NewEncoder(out)
	var failed error
	write := func(l line) { failed = errors.Join(failed, lines.Encode(l)) }
	write(line{Kind: lineKey, Key: hex.EncodeToString(a.mint.key)})
	for range a.starts {
		write(line{Kind: lineStart})
	}
	for _, l := range a.ordered {
		write(line{Kind: lineLocation, Location: &l.Location})
		write(line{Kind: lineConfig, UID: l.UID, Config: &l.config})
		write(line{Kind: lineLegacy, UID: l.UID, Legacy: &l.legacy})
	}
	for _, t := range a.minted {
		write(line{Kind: lineToken, Token: t})
	}
	for _, id := range a.eventOrder {
		write(line{Kind: lineEvent, Event: a.events[id]})
	}
	for _, l := range a.ordered {
		for i := range int32(l.n) {
			u := l.userLine(i)
			write(line{Kind: lineUser, User: &u})
		}
		l.snapshotLicenses(write)
	}
	return errors.Join(failed, out.Flush())
}

func (l *location) userLine(i int32) userLine {
	r := l.at(i)
	return userLine{
		Location: l.index, Index: i, Position: r.changed, ID: r.clientUserID, Email: r.email, Account: r.account, Hash: r.idHash(),
		State: r.state, Managed: r.managed, Rotation: r.rotation, Created: r.created, Invited: r.invited, Associated: r.associated, Ended: r.ended,
	}
}

// restore puts a record into the state of its line, at the line's position in the change log.
func (l *location) restore(u userLine) {
	if int(u.Index) == l.n {
		l.add(record{clientUserID: u.ID})
	}
	r := l.at(u.Index)
	if u.Account != "" {
		var hash [20]byte
		raw, _ := base64.StdEncoding.DecodeString(u.Hash) // a damaged hash stays zero
		copy(hash[:], raw)
		l.bind(u.Index, hash, u.Account)
	}
	if u.State >= stateRetired && r.state < stateRetired {
		l.retired = append(l.retired, u.Index)
	}
	if u.State < stateRetired {
		l.revive(u.Index)
	}
	r.email, r.state, r.managed, r.rotation = u.Email, u.State, u.Managed, u.Rotation
	r.created, r.invited, r.associated, r.ended, r.changed = u.Created, u.Invited, u.Associated, u.Ended, u.Position
	for len(l.log) <= int(u.Position) {
		l.log = append(l.log, -1)
	}
	l.log[u.Position] = u.Index
}
