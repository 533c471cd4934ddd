package applesim

// SeedAssignmentsOptions describe invented assignments.
type SeedAssignmentsOptions struct {
	// Assets are handed out in turn. Default: all of the location.
	Assets []AssetKey
	// Holder names who gets the n-th round of them, one of each asset: a clientUserId or a serial number.
	// Default: the n-th user of Seed.
	Holder func(n int) (clientUserID, serialNumber string)
}

// SeedAssignments hands out n licenses at once, without events or notifications, and silently buys what is missing:
// a million take seconds. Holders that do not live, or have the asset already, are passed over.
func (a *Apple) SeedAssignments(uID string, n int, o SeedAssignmentsOptions) error {
	now := a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	if o.Holder == nil {
		o.Holder = func(n int) (string, string) { return seededID(n), "" }
	}
	assets, err := l.seedAssets(o.Assets)
	if err != nil {
		return err
	}
	before := map[int32]int{}
	for _, i := range assets {
		before[i] = l.assets[i].Total
	}
	for k := range n {
		h, ok := l.holderOf(o.Holder(k / len(assets)))
		asset := assets[k%len(assets)]
		if !ok || l.holds(h, asset) {
			continue
		}
		if s := l.assets[asset]; s.Available() <= 0 {
			s.Total++
		}
		a.assign(l, h, asset, now)
		if len(a.unwritten) > 1<<20 {
			if err := a.flush(); err != nil {
				return err
			}
		}
	}
	for i, total := range before {
		if s := l.assets[i]; s.Total != total {
			a.putAsset(l, *s)
		}
	}
	return a.flush()
}

func (l *location) holds(h holder, asset int32) bool {
	k := l.find(h, asset)
	return k >= 0 && l.assignments.at(k).held
}

func (l *location) seedAssets(keys []AssetKey) ([]int32, error) {
	var out []int32
	for _, key := range keys {
		i, ok := l.assetAt[key]
		if !ok {
			return nil, ErrNoAsset
		}
		out = append(out, i)
	}
	if keys == nil {
		for i := range l.assets {
			out = append(out, int32(i))
		}
	}
	if len(out) == 0 {
		return nil, ErrNoAsset
	}
	return out, nil
}
