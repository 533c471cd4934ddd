package applesim

import (
	"net/http"
	"strings"
)

const lookupPath = "/WebObjects/MZStorePlatform.woa/wa/lookup"

// lookupItem is what the store tells of an app or book. Names are invented from the number.
type lookupItem struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Artist   string   `json:"artistName"`
	BundleID string   `json:"bundleId,omitempty"`
	Families []string `json:"deviceFamilies,omitempty"`
}

// serveLookup answers the store's metadata lookup for what any location owns. The cookie itvt, a content token, authenticates it.
// https://developer.apple.com/documentation/devicemanagement/getting-app-and-book-information-legacy
func (a *Apple) serveLookup(w http.ResponseWriter, r *http.Request) {
	out := struct {
		Authenticated bool                  `json:"isAuthenticated"`
		Results       map[string]lookupItem `json:"results"`
		Version       int                   `json:"version"`
	}{Results: map[string]lookupItem{}, Version: 2}
	cookie, _ := r.Cookie("itvt") // absent: nobody in particular asks
	now := a.lock()
	if cookie != nil {
		token := a.tokens[cookie.Value]
		out.Authenticated = token != nil && token.State(now) != "invalid" && !token.Revoked && now.Before(token.ExpiresAt)
	}
	for id := range strings.SplitSeq(r.URL.Query().Get("id"), ",") {
		if s := a.anyAsset(id); s != nil {
			out.Results[id] = s.lookup()
		}
	}
	a.unlock()
	a.write(w, jsonReply(out))
}

func (a *Apple) anyAsset(adamID string) *Asset {
	for _, l := range a.ordered {
		for _, pricing := range []string{PricingStandard, PricingPlus} {
			if s := l.asset(AssetKey{adamID, pricing}); s != nil {
				return s
			}
		}
	}
	return nil
}

func (s *Asset) lookup() lookupItem {
	out := lookupItem{ID: s.AdamID, Artist: "Pretend Software"}
	typeID, _ := s.v1Product()
	switch typeID {
	case 10:
		out.Name, out.Kind = "Pretend Book "+s.AdamID, "ebook"
		return out
	case 7:
		out.Kind, out.Families = "desktopApp", []string{"mac"}
	default:
		out.Kind, out.Families = "iosSoftware", []string{"iphone", "ipad"}
	}
	out.Name, out.BundleID = "Pretend App "+s.AdamID, "com.example.app"+s.AdamID
	return out
}
