package appsandbooks

import "context"

// ManageAssets says which assets go to whom, or come back from whom: every
// asset to every user and every device named. Users and devices may be named
// together.
// https://developer.apple.com/documentation/devicemanagement/manageassetsrequest
type ManageAssets struct {
	Assets        []AssetKey `json:"assets"` // an empty PricingParam is sent as STDQ
	ClientUserIDs []string   `json:"clientUserIds,omitempty"`
	SerialNumbers []string   `json:"serialNumbers,omitempty"`
}

// RevokeAssets says from whom everything that is revocable is taken back.
// https://developer.apple.com/documentation/devicemanagement/revokeassetsrequest
type RevokeAssets struct {
	ClientUserIDs []string `json:"clientUserIds,omitempty"`
	SerialNumbers []string `json:"serialNumbers,omitempty"`
}

// AssociateAssets asks Apple to assign licenses. The receipt means "accepted"
// and no more: follow it with EventStatus, and install nothing before it is
// Complete. Too few licenses make their part fail with NotEnoughLicenses.
// Apple does not look whether serial numbers exist.
// https://developer.apple.com/documentation/devicemanagement/associate-assets
func (c *Client) AssociateAssets(ctx context.Context, m ManageAssets) (*EventResponse, error) {
	return c.manageAssets(ctx, urlAssociateAssets, m)
}

// DisassociateAssets asks Apple to take licenses back. Books cannot be:
// AssetNotRevocable. An app that stays installed works for 30 days more.
// https://developer.apple.com/documentation/devicemanagement/disassociate-assets
func (c *Client) DisassociateAssets(ctx context.Context, m ManageAssets) (*EventResponse, error) {
	return c.manageAssets(ctx, urlDisassociateAssets, m)
}

// RevokeAssets asks Apple to take back all licenses of the given users and
// devices. Books stay.
// https://developer.apple.com/documentation/devicemanagement/revoke-assets
func (c *Client) RevokeAssets(ctx context.Context, r RevokeAssets) (*EventResponse, error) {
	return c.manage(ctx, urlRevokeAssets, r, func(s *ServiceConfig) error {
		return checkTargets(s, MaxRevokeClientUserIDs, r.ClientUserIDs, MaxRevokeSerialNumbers, r.SerialNumbers)
	})
}

func (c *Client) manageAssets(ctx context.Context, key string, m ManageAssets) (*EventResponse, error) {
	m.Assets = withPricing(m.Assets)
	return c.manage(ctx, key, m, func(s *ServiceConfig) error {
		if err := checkAssets(m.Assets, s.Limit(MaxAssets)); err != nil {
			return err
		}
		return checkTargets(s, MaxClientUserIDs, m.ClientUserIDs, MaxSerialNumbers, m.SerialNumbers)
	})
}

func withPricing(assets []AssetKey) []AssetKey {
	full := make([]AssetKey, len(assets))
	for i, a := range assets {
		full[i] = a.orStandard()
	}
	return full
}

func checkAssets(assets []AssetKey, limit int) error {
	if len(assets) == 0 {
		return refuse(NoAssets, "no assets are given")
	}
	if limit > 0 && len(assets) > limit {
		return refuse(TooManyAssets, "%d assets are given, Apple takes %d at once", len(assets), limit)
	}
	seen := make(map[AssetKey]bool, len(assets))
	for _, a := range assets {
		if a.AdamID == "" {
			return refuse(InvalidArgument, "an asset has no adamId")
		}
		if seen[a] {
			e := refuse(DuplicateAssets, "an asset is given twice")
			e.Info.Assets = []AssetKey{a}
			return e
		}
		seen[a] = true
	}
	return nil
}

// checkTargets refuses what Apple would refuse of users and devices; the keys
// name their limits.
func checkTargets(s *ServiceConfig, usersKey string, users []string, serialsKey string, serials []string) error {
	if len(users) == 0 && len(serials) == 0 {
		return refuse(NoTargets, "neither users nor devices are given")
	}
	if limit := s.Limit(usersKey); limit > 0 && len(users) > limit {
		return refuse(TooManyClientUserIDs, "%d users are given, Apple takes %d at once", len(users), limit)
	}
	if limit := s.Limit(serialsKey); limit > 0 && len(serials) > limit {
		return refuse(TooManySerialNumbers, "%d devices are given, Apple takes %d at once", len(serials), limit)
	}
	if empty, twice := faultyName(users); empty {
		return refuse(InvalidArgument, "a clientUserId is empty")
	} else if twice != "" {
		e := refuse(DuplicateClientUserIDs, "a clientUserId is given twice")
		e.Info.ClientUserIDs = []string{twice}
		return e
	}
	if empty, twice := faultyName(serials); empty {
		return refuse(InvalidArgument, "a serial number is empty")
	} else if twice != "" {
		e := refuse(DuplicateSerialNumbers, "a serial number is given twice")
		e.Info.SerialNumbers = []string{twice}
		return e
	}
	return nil
}

// faultyName finds an empty name, or one that is given twice.
func faultyName(names []string) (empty bool, twice string) {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if name == "" {
			return true, ""
		}
		if seen[name] {
			return false, name
		}
		seen[name] = true
	}
	return false, ""
}
