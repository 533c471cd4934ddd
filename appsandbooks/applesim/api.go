package applesim

import (
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Endpoint names one call of the API, as in "GET users".
type Endpoint string

// The endpoints served. A request for anything else counts as EndpointUnknown.
const (
	ServiceConfig      Endpoint = "GET service/config"
	ClientConfigRead   Endpoint = "GET client/config"
	ClientConfigWrite  Endpoint = "POST client/config"
	UsersRead          Endpoint = "GET users"
	UsersCreate        Endpoint = "POST users/create"
	UsersUpdate        Endpoint = "POST users/update"
	UsersRetire        Endpoint = "POST users/retire"
	AssetsRead         Endpoint = "GET assets"
	AssetsAssociate    Endpoint = "POST assets/associate"
	AssetsDisassociate Endpoint = "POST assets/disassociate"
	AssetsRevoke       Endpoint = "POST assets/revoke"
	AssignmentsRead    Endpoint = "GET assignments"
	EventStatus        Endpoint = "GET status"
	EndpointUnknown    Endpoint = "unknown"
)

// accepts says whether an endpoint answers with an eventId.
func (e Endpoint) accepts() bool {
	switch e {
	case UsersCreate, UsersUpdate, UsersRetire, AssetsAssociate, AssetsDisassociate, AssetsRevoke:
		return true
	}
	return false
}

type route struct {
	endpoint Endpoint
	open     bool // without a token
	handle   func(*call) reply
}

// allRoutes is the whole API by path and method.
func (a *Apple) allRoutes() map[string]map[string]route {
	get, post := http.MethodGet, http.MethodPost
	out := a.subscriptionRoutes()
	maps.Copy(out, map[string]map[string]route{
		"service/config":      {get: {ServiceConfig, true, a.serviceConfig}},
		"client/config":       {get: {ClientConfigRead, false, a.readClientConfig}, post: {ClientConfigWrite, false, a.writeClientConfig}},
		"users":               {get: {UsersRead, false, a.readUsers}},
		"users/create":        {post: {UsersCreate, false, a.createUsers}},
		"users/update":        {post: {UsersUpdate, false, a.updateUsers}},
		"users/retire":        {post: {UsersRetire, false, a.retireUsers}},
		"assets":              {get: {AssetsRead, false, a.readAssets}},
		"assets/associate":    {post: {AssetsAssociate, false, a.associateAssets}},
		"assets/disassociate": {post: {AssetsDisassociate, false, a.disassociateAssets}},
		"assets/revoke":       {post: {AssetsRevoke, false, a.revokeAssets}},
		"assignments":         {get: {AssignmentsRead, false, a.readAssignments}},
		"status":              {get: {EventStatus, false, a.readStatus}},
	})
	return out
}

// call is one request on its way through.
type call struct {
	*http.Request
	route
	body     []byte
	token    Token
	location *location
	reading  bool // counted as a page read under way
	latency  time.Duration
	fault    Fault
	v1       v1Args // nil in version 2
}

// reply is what goes back.
type reply struct {
	status int
	body   []byte
	number int // Apple's error number, for the counts
	header http.Header
}

const maxBody = 8 << 20

func (a *Apple) serveAPI(w http.ResponseWriter, r *http.Request, name string) {
	methods, known := a.routes[name]
	if !known {
		a.count(EndpointUnknown, http.StatusNotFound, 9602)
		out := fail(9602).reply()
		out.status = http.StatusNotFound
		a.write(w, out)
		return
	}
	rt, ok := methods[r.Method]
	if !ok {
		a.count(EndpointUnknown, http.StatusMethodNotAllowed, 9726)
		w.Header().Set("Allow", strings.Join(slices.Sorted(maps.Keys(methods)), ", "))
		a.write(w, fail(9726).reply())
		return
	}
	// The body is read first: only then does net/http notice a client that hangs up while we dawdle.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := &call{Request: r, route: rt, body: body}
	if err != nil {
		a.count(rt.endpoint, http.StatusBadRequest, 9602)
		a.write(w, fail(9602).reply())
		return
	}
	a.witness(w, c, a.serveCall)
}

// serveCall lets one call pass the faults before, the work, and the faults after.
func (a *Apple) serveCall(w http.ResponseWriter, c *call) {
	hang := a.prepare(c)
	if !a.faultBefore(w, c, hang) {
		return
	}
	defer a.leave(c)
	out := c.dress(a.work(c))
	a.count(c.endpoint, out.status, out.number)
	a.faultAfter(w, c, out)
}

// prepare draws what will befall the call.
func (a *Apple) prepare(c *call) (hang time.Duration) {
	a.lock()
	defer a.unlock()
	c.fault = a.outage.befalls(c, a.faults.draw(c.endpoint))
	c.latency = a.options.Latency.draw(a.rng)
	return a.faults.hang()
}

// work admits the call and handles it.
func (a *Apple) work(c *call) reply {
	if refused := a.closed(c); refused != nil {
		return *refused
	}
	if !c.open {
		if refused := a.admit(c); refused != nil {
			return *refused
		}
	}
	if refused := a.checkContentType(c); refused != nil {
		return refused.reply()
	}
	a.wait(c, c.latency)
	out := c.handle(c)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken != nil {
		return fail(9603).reply()
	}
	return out
}

// checkContentType demands JSON of a POST (9727).
func (a *Apple) checkContentType(c *call) *wireError {
	if c.Method != http.MethodPost || c.v1 != nil {
		return nil
	}
	text := c.Header.Get("Content-Type")
	a.mu.Lock()
	strict := a.quirks.NoContentTypeRefused
	a.mu.Unlock()
	if text == "" && !strict {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(text); err != nil || kind != "application/json" {
		return fail(9727)
	}
	return nil
}

// wait passes the time unless the client or the service goes away first.
func (a *Apple) wait(c *call, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Context().Done():
	case <-a.ctx.Done():
	}
}

func (a *Apple) write(w http.ResponseWriter, out reply) {
	maps.Copy(w.Header(), out.header)
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // a client that left is its own affair
}
