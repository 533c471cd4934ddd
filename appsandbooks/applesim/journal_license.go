package applesim

import "slices"

// assignmentLine is the whole state of one assignment after a change.
type assignmentLine struct {
	Location uint32 `json:"l"`
	Index    int32  `json:"i"`
	Position uint32 `json:"p"` // in the change log
	Asset    int32  `json:"a"`
	Record   int32  `json:"u,omitempty"` // where Serial is empty
	Serial   string `json:"d,omitempty"`
	Held     bool   `json:"h,omitempty"`
}

func (l *location) assignmentLine(k int32) assignmentLine {
	g := l.assignments.at(k)
	out := assignmentLine{Location: l.index, Index: k, Position: g.changed, Asset: g.asset, Held: g.held}
	if g.device {
		out.Serial = l.devices.at(g.holder).serial
	} else {
		out.Record = g.holder
	}
	return out
}

// keepAsset makes an asset's line true: the counts stay, they come from the assignments.
func (l *location) keepAsset(s Asset, position int) {
	s.SupportedPlatforms = slices.Clone(s.SupportedPlatforms)
	l.assetChanges = max(l.assetChanges, position)
	if old := l.asset(s.AssetKey); old != nil {
		s.Assigned, s.Retired = old.Assigned, old.Retired
		*old = s
		return
	}
	s.Assigned, s.Retired = 0, 0
	l.assetAt[s.AssetKey] = int32(len(l.assets))
	l.assets = append(l.assets, &s)
}

// fits guards restoreAssignment against a damaged file.
func (l *location) fits(g assignmentLine) bool {
	return g.Index >= 0 && int(g.Index) <= l.assignments.n && g.Asset >= 0 && int(g.Asset) < len(l.assets) &&
		(g.Serial != "" || g.Record >= 0 && int(g.Record) < l.n)
}

// restoreAssignment puts an assignment into the state of its line. The counts follow in recount.
func (l *location) restoreAssignment(in assignmentLine) {
	if int(in.Index) == l.assignments.n {
		h := holder{i: in.Record}
		if in.Serial != "" {
			h = l.serial(in.Serial)
		}
		l.place(h, in.Asset)
	}
	g := l.assignments.at(in.Index)
	g.held, g.changed = in.Held, in.Position
	for len(l.moves) <= int(in.Position) {
		l.moves = append(l.moves, -1)
	}
	l.moves[in.Position] = in.Index
}

// snapshotLicenses writes assets first, for assignments name them by their place.
func (l *location) snapshotLicenses(write func(line)) {
	for _, s := range l.assets {
		write(line{Kind: lineAsset, UID: l.UID, Asset: s, Position: l.assetChanges})
	}
	for k := range int32(l.assignments.n) {
		text := l.assignmentLine(k)
		write(line{Kind: lineAssignment, Assignment: &text})
	}
}

// recount counts all assignments anew: while a file is read, users and assignments change in any order.
func (l *location) recount() {
	for _, s := range l.assets {
		s.Assigned, s.Retired = 0, 0
	}
	for k := range int32(l.assignments.n) {
		if g := l.assignments.at(k); g.held {
			l.tally(g, 1)
		}
	}
}
