package welcome

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/welcome/view"
)

// Invitations are the acts of a reader. invite.Service is them.
type Invitations interface {
	Peek(ctx context.Context, token string) (invite.Welcome, error)
	Open(ctx context.Context, token, device string) (invite.Welcome, error)
	Continue(ctx context.Context, token, device string) (appleURL string, err error)
	Done(ctx context.Context, token, device string) error
	NotMe(ctx context.Context, token, device string) (invite.Welcome, error)
	NewLink(ctx context.Context, token, device string) error
}

// stylesPath is where the pages' style sheet is served.
const stylesPath = "/i/welcome.css"

// Handler serves everything under /i/. Browsers check where a form may lead,
// redirects included, so targets lists Apple's origins, such as
// "https://*.apple.com".
func Handler(invitations Invitations, log *slog.Logger, targets ...string) http.Handler {
	d := door{invitations, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+stylesPath, styles)
	mux.HandleFunc("GET /i/{token}", d.open)
	mux.HandleFunc("POST /i/{token}/continue", d.goOn)
	mux.HandleFunc("POST /i/{token}/done", d.done)
	mux.HandleFunc("POST /i/{token}/not-me", d.notMe)
	mux.HandleFunc("POST /i/{token}/new-link", d.newLink)
	mux.HandleFunc("/i/", d.nowhere)
	return guarded(mux, targets)
}

// guarded sets what every answer here carries: nobody may keep it, frame it,
// index it, or learn the link from a Referer.
func guarded(next http.Handler, targets []string) http.Handler {
	policy := "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' " + strings.Join(targets, " ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", strings.TrimSpace(policy))
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
		next.ServeHTTP(w, r)
	})
}

func styles(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(view.Styles()))
}

// door translates between HTTP and the acts.
type door struct {
	invitations Invitations
	log         *slog.Logger
}

// open shows the page. Only people's own readers count as having opened it.
func (d door) open(w http.ResponseWriter, r *http.Request) {
	token, seen := r.PathValue("token"), deviceOf(r)
	var welcome invite.Welcome
	var err error
	asked := askedBefore(r)
	if r.Method == http.MethodHead || isMachine(r) || asked > 0 {
		welcome, err = d.invitations.Peek(r.Context(), token)
	} else {
		welcome, err = d.invitations.Open(r.Context(), token, seen.kind)
	}
	if err != nil {
		d.fail(w, r, err)
		return
	}
	if welcome.Asking && asked > 0 && asked < mostAsked {
		d.show(w, r, http.StatusOK, asking(token, welcome, asked))
		return
	}
	d.show(w, r, http.StatusOK, page(token, welcome, seen, asked > 0))
}

// mostAsked is how often the page looks again by itself for Apple's answer.
const mostAsked = 12

// askedBefore reads how often the page has been looking for Apple's answer: 0
// when the reader opened it themselves.
func askedBefore(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("asked"))
	if err != nil || n < 1 {
		return 0
	}
	return min(n, mostAsked)
}

// done lets Apple be asked, and leads to a page that waits for the answer. It
// needs no script: the page loads itself again.
func (d door) done(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	if err := d.invitations.Done(r.Context(), token, deviceOf(r).kind); err != nil {
		d.fail(w, r, err)
		return
	}
	http.Redirect(w, r, askedPath(token, 1), http.StatusSeeOther)
}

// goOn sends the person to Apple. The address appears in this answer alone.
func (d door) goOn(w http.ResponseWriter, r *http.Request) {
	link, err := d.invitations.Continue(r.Context(), r.PathValue("token"), deviceOf(r).kind)
	switch {
	case vpp.KindOf(err) == vpp.Conflict: // the page itself says why
		http.Redirect(w, r, "/i/"+r.PathValue("token"), http.StatusSeeOther)
	case err != nil:
		d.fail(w, r, err)
	default:
		w.Header().Set("Location", link)
		w.WriteHeader(http.StatusSeeOther)
	}
}

func (d door) notMe(w http.ResponseWriter, r *http.Request) {
	token, seen := r.PathValue("token"), deviceOf(r)
	welcome, err := d.invitations.NotMe(r.Context(), token, seen.kind)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	d.show(w, r, http.StatusOK, page(token, welcome, seen, false))
}

func (d door) newLink(w http.ResponseWriter, r *http.Request) {
	err := d.invitations.NewLink(r.Context(), r.PathValue("token"), deviceOf(r).kind)
	switch vpp.KindOf(err) {
	case vpp.Exhausted:
		w.Header().Set("Retry-After", "600")
		d.show(w, r, http.StatusTooManyRequests, view.EndPage(view.End{Page: bare(), Kind: view.Sent, Said: vpp.MessageOf(err)}))
	case vpp.Unavailable:
		d.show(w, r, http.StatusOK, view.EndPage(view.End{Page: bare(), Kind: view.Unknown, Said: vpp.MessageOf(err)}))
	default:
		if err != nil {
			d.fail(w, r, err)
			return
		}
		d.show(w, r, http.StatusOK, view.EndPage(view.End{Page: bare(), Kind: view.Sent}))
	}
}

// nowhere answers whatever else stands under /i/ like a wrong link.
func (d door) nowhere(w http.ResponseWriter, r *http.Request) {
	d.show(w, r, http.StatusNotFound, view.EndPage(view.End{Page: bare(), Kind: view.Unknown}))
}

// fail shows one page for every wrong link, so that nothing can be learned by
// trying; what went wrong on our side goes to the log, without the link.
func (d door) fail(w http.ResponseWriter, r *http.Request, err error) {
	if vpp.KindOf(err) == vpp.NotFound {
		d.nowhere(w, r)
		return
	}
	d.log.ErrorContext(r.Context(), "the landing page failed", "method", r.Method, "err", err)
	said := "Something went wrong on our side. Try again in a few minutes; your invitation is safe."
	d.show(w, r, http.StatusServiceUnavailable, view.EndPage(view.End{Page: bare(), Kind: view.Waiting, Said: said}))
}

func (d door) show(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := c.Render(r.Context(), w); err != nil {
		d.log.DebugContext(r.Context(), "the reader went away", "err", err)
	}
}
