package welcome

import (
	"net/http"
	"strings"
)

// device is what a reader holds in their hands, as far as a browser tells.
type device struct {
	kind  string   // as kept: iphone, ipad, mac, windows, android, other
	name  string   // on which an invitation can be accepted, "" elsewhere
	other string   // what it is elsewhere
	steps []string // what it asks next
}

// deviceOf reads the User-Agent. An iPad that asks for desktop pages calls
// itself a Macintosh, like a Mac; only apps' own browsers on it say Mobile.
// Both can accept, so the page for a Mac speaks to either.
func deviceOf(r *http.Request) device {
	agent := r.UserAgent()
	has := func(part string) bool { return strings.Contains(agent, part) }
	switch {
	case has("iPad"), has("Macintosh") && has("Mobile/"):
		return device{"ipad", "iPad", "", storeSteps()}
	case has("iPhone"), has("iPod"):
		return device{"iphone", "iPhone", "", storeSteps()}
	case has("Windows Phone"):
		return device{"other", "", "this phone", nil}
	case has("Macintosh") && has("Version/") && has("Safari/"):
		return device{"mac", "Mac or iPad", "", macSteps()}
	case has("Macintosh"):
		return device{"mac", "Mac", "", macSteps()}
	case has("Windows"):
		return device{"windows", "", "this Windows PC", nil}
	case has("Android"):
		return device{"android", "", "this Android device", nil}
	case has("CrOS"):
		return device{"other", "", "this Chromebook", nil}
	}
	return device{"other", "", "this device", nil}
}

func storeSteps() []string {
	return []string{
		"A page of Apple’s opens in the App Store.",
		"Apple asks you to sign in with your Apple Account.",
		"You agree to Apple’s terms, and are done.",
	}
}

func macSteps() []string {
	return []string{
		"A page of Apple’s opens in the App Store, or in Music or iTunes on an older Mac.",
		"Apple asks you to sign in with your Apple Account.",
		"You agree to Apple’s terms, and are done.",
	}
}

// machines are parts of the names of what opens links without a reader: mail
// scanners, previews, crawlers, programs.
func machines() []string {
	return []string{
		"bot", "crawl", "spider", "preview", "slurp", "facebookexternalhit", "whatsapp", "embedly",
		"curl/", "wget/", "python", "java/", "go-http-client", "libwww", "okhttp", "axios", "node-fetch", "googleimageproxy",
	}
}

// isMachine says whether the request is made ahead of a reader, or without one.
func isMachine(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if v := strings.ToLower(r.Header.Get(name)); strings.Contains(v, "prefetch") || strings.Contains(v, "preview") {
			return true
		}
	}
	agent := strings.ToLower(r.UserAgent())
	if agent == "" {
		return true
	}
	for _, m := range machines() {
		if strings.Contains(agent, m) {
			return true
		}
	}
	return false
}
