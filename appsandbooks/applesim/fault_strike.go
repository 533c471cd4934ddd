package applesim

import (
	"net/http"
	"strconv"
	"time"
)

const htmlPage = "<!DOCTYPE html><html><head><title>Service Temporarily Unavailable</title></head><body><h1>Please try again</h1></body></html>\n"

// faultBefore lets a fault strike instead of the work. It says whether the call goes on.
func (a *Apple) faultBefore(w http.ResponseWriter, c *call, hang time.Duration) bool {
	var out reply
	switch c.fault {
	case Plain500:
		out = reply{status: http.StatusInternalServerError, header: http.Header{"Content-Type": {"text/plain"}}}
	case Busy500, Busy500Date:
		out = reply{status: http.StatusInternalServerError, header: a.retryAfter(c.fault == Busy500Date)}
		out.header.Set("Content-Type", "text/plain")
	case BadGateway502:
		out = htmlReply(http.StatusBadGateway)
	case LateGateway504:
		out = htmlReply(http.StatusGatewayTimeout)
	case Redirect307:
		out = reply{status: http.StatusTemporaryRedirect, header: a.retryAfter(false)}
		out.header.Set("Location", c.URL.RequestURI())
	case Error9603:
		out = fail(9603).reply()
	case Busy503, Busy503Date:
		out = fail(9729).reply()
		out.header = a.retryAfter(c.fault == Busy503Date)
	case TooMany429, TooMany429In:
		out = fail(9646).reply()
		if c.fault == TooMany429In {
			out.header = a.retryAfter(false)
		}
	case ErrorIn200:
		out = fail(9603).reply()
		out.status = http.StatusOK
	case HTMLIn200:
		out = htmlReply(http.StatusOK)
	case Hang:
		a.wait(c, hang)
		a.cut(w, c)
		return false
	case CutBefore:
		a.cut(w, c)
		return false
	default:
		number := c.fault.call()
		if number == 0 {
			return true
		}
		out = a.refusal(number)
	}
	out = c.dress(out)
	a.count(c.endpoint, out.status, out.number)
	a.write(w, out)
	return false
}

// faultAfter lets a fault strike the answer: the work is done.
func (a *Apple) faultAfter(w http.ResponseWriter, c *call, out reply) {
	switch c.fault {
	case CutAfter:
		drop(w)
		return
	case TruncatedJSON:
		out.body = out.body[:len(out.body)/2]
	case HTMLAfter:
		out = htmlReply(http.StatusOK)
	case LateAnswer:
		a.mu.Lock()
		late := a.faults.hang()
		a.mu.Unlock()
		a.wait(c, late)
	}
	a.write(w, out)
}

// refusal is a whole call refused with that number, in the way that such an error travels.
func (a *Apple) refusal(number int) reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch number {
	case 9622:
		return a.unauthorized(a.unknownToken())
	case 9601, 9621, 9625, 9722:
		return a.unauthorized(fail(number))
	}
	return fail(number).reply()
}

func htmlReply(status int) reply {
	return reply{status: status, body: []byte(htmlPage), header: http.Header{"Content-Type": {"text/html"}}}
}

func (a *Apple) retryAfter(date bool) http.Header {
	a.mu.Lock()
	wait := max(time.Second, a.faults.RetryAfter)
	a.mu.Unlock()
	wait = (wait + time.Second - 1).Truncate(time.Second)
	if date {
		return http.Header{"Retry-After": {a.options.Now().Add(wait).UTC().Format(http.TimeFormat)}}
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(wait / time.Second))}}
}

// cut ends the connection without an answer and counts it as status 0.
func (a *Apple) cut(w http.ResponseWriter, c *call) {
	a.count(c.endpoint, 0, 0)
	drop(w)
}

// drop closes the connection. Where the server does not give it away (HTTP/2), net/http's own way to abort is left.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http has no other word for it
	}
	_ = conn.Close()
}
