package applesim

import (
	"net/http"
	"strconv"
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

// lookupError is the error shape of the store's own service, tagged API 2.1: not the one of the Apps and Books API.
// https://developer.apple.com/documentation/devicemanagement/errorsresponse
func lookupError(status int, code, title, detail string) reply {
	type problem struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Code   string `json:"code"`
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	out := jsonReply(map[string][]problem{"errors": {{"PRETENDPRETENDPRETENDPRETEND", strconv.Itoa(status), code, title, detail}}})
	out.status = status
	return out
}

// serveLookup answers the store's metadata lookup for what any location owns. The cookie itvt, a content token, authenticates it.
// https://developer.apple.com/documentation/devicemanagement/getting-app-and-book-information-legacy
// A request for nothing is refused, and by quirk a cookie that is no token.
func (a *Apple) serveLookup(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		a.write(w, lookupError(http.StatusMethodNotAllowed, "40500", "Method Not Allowed", "Use GET."))
		return
	}
	if r.URL.Query().Get("id") == "" {
		a.write(w, lookupError(http.StatusBadRequest, "40005", "Invalid Parameter Value", "Name what is looked for with id."))
		return
	}
	out := struct {
		Authenticated bool                  `json:"isAuthenticated"`
		Results       map[string]lookupItem `json:"results"`
		Version       int                   `json:"version"`
	}{Results: map[string]lookupItem{}, Version: 2}
	cookie, _ := r.Cookie("itvt") // absent: nobody in particular asks
	now := a.lock()
	if cookie != nil {
		token := a.tokens[cookie.Value]
		good := token != nil && !token.Invalid
		if !good && a.quirks.LookupForbidden {
			a.unlock()
			a.write(w, lookupError(http.StatusForbidden, "40300", "Forbidden", "The cookie itvt holds no content token."))
			return
		}
		out.Authenticated = good && !token.Revoked && now.Before(token.ExpiresAt)
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
