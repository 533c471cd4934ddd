package applesim

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// controlRoutes is the page at / and the control addresses: a JSON object or a form in, JSON out. With a parameter
// "back", as the page's buttons send it, the answer leads back there instead.
func (a *Apple) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.servePage)
	mux.HandleFunc("GET /internal/get_stoken", a.controlled(a.controlToken))
	mux.HandleFunc("GET /internal/state", a.controlled(a.controlState))
	mux.HandleFunc("GET /internal/vpptoken", a.serveTokenFile)
	for name, act := range a.controlActs() {
		mux.HandleFunc("POST /internal/"+name, a.controlled(act))
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// serveControl lets requests from this machine through, if they are allowed at all.
func (a *Apple) serveControl(w http.ResponseWriter, r *http.Request) {
	if !a.options.Control {
		http.NotFound(w, r)
		return
	}
	if !a.atHome(r) {
		http.Error(w, "The page and the control addresses are for this machine only.", http.StatusForbidden)
		return
	}
	a.control.ServeHTTP(w, r)
}

// atHome says whether a request comes from this machine, and asked for it by a name that no stranger's page can have.
func (a *Apple) atHome(r *http.Request) bool {
	if r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != "" {
		return false // a proxy speaks for who knows whom
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if base, err := url.Parse(a.options.BaseURL); err == nil && base.Hostname() != "" && strings.EqualFold(base.Hostname(), host) {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// act is one thing that the control addresses do.
type act func(args v1Args, r *http.Request) (any, error)

// controlled reads the parameters, acts, and answers.
func (a *Apple) controlled(do act) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		var args v1Args
		if err == nil {
			args, err = readV1Args(r.URL.RawQuery, body)
		}
		var out any
		if err == nil {
			out, err = do(args, r)
		}
		if back, _ := args.text("back"); back != "" {
			http.Redirect(w, r, backTo(back, out, err), http.StatusSeeOther)
			return
		}
		if err != nil {
			a.write(w, controlProblem(err))
			return
		}
		a.write(w, jsonReply(out))
	}
}

func controlProblem(err error) reply {
	body, _ := json.Marshal(map[string]string{"error": err.Error()}) // a string: cannot fail
	status := http.StatusBadRequest
	for _, missing := range []error{ErrNoLocation, ErrNoToken, ErrNoUser, ErrNoAsset} {
		if errors.Is(err, missing) {
			status = http.StatusNotFound
		}
	}
	return reply{status: status, body: body}
}

// backTo is a place on our page, with a word about what was done.
func backTo(place string, out any, err error) string {
	said := "Done."
	if s, ok := out.(interface{ say() string }); ok {
		said = s.say()
	}
	query := url.Values{"said": {said}}
	if err != nil {
		query = url.Values{"problem": {strings.TrimPrefix(err.Error(), "applesim: ")}}
	}
	fragment := ""
	if _, name, ok := strings.Cut(place, "#"); ok {
		fragment = "#" + url.PathEscape(name)
	}
	return "/?" + query.Encode() + fragment
}
