package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // NanoMDM's store speaks database/sql
	"github.com/micromdm/nanolib/log"
	"github.com/micromdm/nanomdm/certverify"
	"github.com/micromdm/nanomdm/cryptoutil"
	mdmhttp "github.com/micromdm/nanomdm/http/mdm"
	nano "github.com/micromdm/nanomdm/mdm"
	"github.com/micromdm/nanomdm/service/certauth"
	"github.com/micromdm/nanomdm/service/nanomdm"
	"github.com/micromdm/nanomdm/storage/pgsql"

	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/command"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// benchHerd are devices whose messages are written and signed beforehand, so
// that a measurement is of the server. They share one certificate.
type benchHerd struct {
	t     *testing.T
	v     *testServer
	apns  *mdmtest.Apns
	one   *mdmtest.Device // enrolled over the wire
	hash  string          // of its certificate
	ids   []string
	idles []signedMessage
}

type signedMessage struct{ body, signature string }

// newHerd opens a server with n devices.
func newHerd(t *testing.T, e *benchEngine, n int) *benchHerd {
	t.Helper()
	apns, err := mdmtest.NewApns()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apns.Close() })
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, apns.CA, 0o600); err != nil {
		t.Fatal(err)
	}
	h := &benchHerd{t: t, apns: apns, v: startServer(t, map[string]string{
		"database": e.empty(), "apple-url": "http://127.0.0.1:1/mdm/v2", "sweep-every": "15s", "mdm-push-url": apns.URL, "mdm-push-ca": ca,
	})}
	cert, key, err := mdmtest.PushCert("com.apple.mgmt.External.pretend", time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.v.mdm.SetPushCert(t.Context(), vpp.Server, cert, key); err != nil {
		t.Fatal(err)
	}
	keys, err := mdmtest.NewKeys(1)
	if err != nil {
		t.Fatal(err)
	}
	h.one = mdmtest.NewDevice(mdmtest.IPhone, "first", http.DefaultClient, apns, keys)
	profile, err := h.v.mdm.NewProfile(t.Context(), vpp.Server, "")
	if err == nil {
		err = h.one.Enroll(t.Context(), profile)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.grow(n)
	return h
}

// grow adds devices straight to the tables.
func (h *benchHerd) grow(n int) {
	m := h.v.db.MDM(h.v.box)
	for i := range n {
		id := fmt.Sprintf("%08X-0000-4000-8000-000000000000", i)
		if err := h.v.roster.DeviceSeen(h.t.Context(), vpp.Device{
			MDM: vpp.BuiltinMDM, Key: vpp.EnrollmentID(id), UDID: id, Name: "Device " + strconv.Itoa(i), Product: "iPhone15,2", Platform: vpp.PlatformIPhone, EnrolledAt: time.Now(),
		}, []vpp.Enrollment{{ID: vpp.EnrollmentID(id), MDM: vpp.BuiltinMDM, EnrolledAt: time.Now()}}); err != nil {
			h.t.Fatal(err)
		}
		h.ids = append(h.ids, id)
	}
	cert, err := x509.ParseCertificate(h.one.Certificate())
	if err != nil {
		h.t.Fatal(err)
	}
	h.hash = certauth.HashCert(cert)
	for i, id := range h.ids {
		r := nano.NewRequestWithContext(h.t.Context(), nil)
		r.EnrollID = &nano.EnrollID{ID: id, Type: nano.Device}
		update := &nano.TokenUpdate{Push: nano.Push{PushMagic: "magic-" + id, Topic: "com.apple.mgmt.External.pretend"}, Raw: []byte("<plist/>")}
		if err := update.SetTokenString(fmt.Sprintf("%032x", i)); err != nil {
			h.t.Fatal(err)
		}
		if err := m.StoreTokenUpdate(r, update); err != nil {
			h.t.Fatal(err)
		}
		if err := m.AssociateCertHash(r, h.hash); err != nil {
			h.t.Fatal(err)
		}
		h.idles = append(h.idles, h.signed("<plist><dict><key>UDID</key><string>"+id+"</string><key>Status</key><string>Idle</string></dict></plist>"))
	}
}

const plistHead = `<?xml version="1.0" encoding="UTF-8"?>`

func (h *benchHerd) signed(body string) signedMessage {
	body = plistHead + body
	signature, err := h.one.Sign([]byte(body))
	if err != nil {
		h.t.Fatal(err)
	}
	return signedMessage{body, signature}
}

// answer is what a device says of a question about its account.
func (h *benchHerd) answer(id, uuid string) signedMessage {
	return h.signed("<plist><dict><key>UDID</key><string>" + id + "</string><key>CommandUUID</key><string>" + uuid +
		"</string><key>Status</key><string>Acknowledged</string><key>QueryResponses</key><dict><key>iTunesStoreAccountIsActive</key><true/><key>iTunesStoreAccountHash</key><string>C2Wwd8LcIaE2v6f2/mvu82Gs/Lc=</string></dict></dict></plist>")
}

var herdClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

func say(ctx context.Context, address string, m signedMessage) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader([]byte(m.body)))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", mdmtest.Command)
	r.Header.Set("Mdm-Signature", m.signature)
	answer, err := herdClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return int(n), err
}

const herdWorkers = 8

// benchDeviceTurns holds Idle → command → result at our endpoint against stock
// NanoMDM on its PostgreSQL back end.
func benchDeviceTurns(t *testing.T, e *benchEngine, r *benchReport) {
	if os.Getenv(storetest.PostgresVariable) == "" {
		t.Skip("NanoMDM's store needs PostgreSQL")
	}
	const devices, rounds = 200, 4
	each := max(4, int(10*r.scale))
	h := newHerd(t, e, devices)
	stock := openStock(t, e, h)
	var ours, theirs time.Duration
	for round := range rounds {
		// In turns, and in another order each time: the machine is shared.
		a, b := h.queue(h.v.db.MDM(h.v.box), fmt.Sprintf("r%d", round), each), h.queue(stock.store, fmt.Sprintf("r%d", round), each)
		if round%2 == 0 {
			ours += h.turns(h.v.url+builtin.ProtocolPath, a)
			theirs += h.turns(stock.url, b)
		} else {
			theirs += h.turns(stock.url, b)
			ours += h.turns(h.v.url+builtin.ProtocolPath, a)
		}
	}
	all := float64(devices * each * rounds)
	rate, floor := all/ours.Seconds(), all/theirs.Seconds()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("devices: Idle → command → result, %d devices × %d commands, %d at once", devices, each*rounds, herdWorkers),
		floorOf: "Round trips of devices: stock NanoMDM v0.9.0 in the same process, with certificate checks as its program has them, on its own PostgreSQL back end (database/sql over pgx); the same signed messages, in turns. Ours also writes what was answered to the device's row.",
		floor:   fmt.Sprintf("%.0f/s", floor), ours: fmt.Sprintf("%.0f/s", rate), ratio: rate / floor, aim: "≥ 1.0 ×", met: rate >= floor,
	})
}

// enqueuer is either store.
type enqueuer interface {
	EnqueueCommand(ctx context.Context, ids []string, c *nano.Command) (map[string]error, error)
}

// queue puts commands into a store, and writes the devices' answers.
func (h *benchHerd) queue(to enqueuer, prefix string, each int) (answers [][]signedMessage) {
	h.t.Helper()
	answers = make([][]signedMessage, len(h.ids))
	for i, id := range h.ids {
		for n := range each {
			uuid := fmt.Sprintf("%s-%d-%d", prefix, i, n)
			body, err := command.Write(vpp.Command{ID: uuid, Kind: vpp.CommandAccount})
			if err != nil {
				h.t.Fatal(err)
			}
			c, err := nano.DecodeCommand(body)
			if err == nil {
				_, err = to.EnqueueCommand(h.t.Context(), []string{id}, c)
			}
			if err != nil {
				h.t.Fatal(err)
			}
			answers[i] = append(answers[i], h.answer(id, uuid))
		}
	}
	return answers
}

// turns lets every device ask, and answer all that it has.
func (h *benchHerd) turns(address string, answers [][]signedMessage) time.Duration {
	h.t.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range herdWorkers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(answers); i = int(next.Add(1)) - 1 {
				for _, m := range answers[i] {
					if n, err := say(h.t.Context(), address, h.idles[i]); err != nil || n == 0 {
						h.t.Errorf("Idle brings %d bytes, %v", n, err)
						return
					}
					if _, err := say(h.t.Context(), address, m); err != nil {
						h.t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// stockNano is NanoMDM as it comes.
type stockNano struct {
	store *pgsql.PgSQLStorage
	url   string
}

func openStock(t *testing.T, e *benchEngine, h *benchHerd) stockNano {
	t.Helper()
	db, err := sql.Open("pgx", storetest.Postgres(e.t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	exec := func(query string, args ...any) {
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatalf("%v: %.80s", err, query)
		}
	}
	exec(pgsql.Schema)
	store, err := pgsql.New(pgsql.WithDB(db))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range h.ids {
		exec("INSERT INTO devices (id, authenticate, authenticate_at) VALUES ($1, 'x', now())", id)
		exec("INSERT INTO enrollments (id, device_id, type, topic, push_magic, token_hex, last_seen_at) VALUES ($1, $1, 'Device', 't', 'm', $2, now())", id, strconv.Itoa(i+1))
		exec("INSERT INTO cert_auth_associations (id, sha256) VALUES ($1, $2)", id, h.hash)
	}
	ca, _, err := h.v.db.MDM(h.v.box).Authority(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := certverify.NewPoolVerifier(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}), nil, x509.ExtKeyUsageClientAuth)
	if err != nil {
		t.Fatal(err)
	}
	logger := log.NopLogger
	core := certauth.New(nanomdm.New(store, nanomdm.WithLogger(logger), nanomdm.WithUserAuthenticate(nanomdm.NewUAService(store, false))), store, certauth.WithLogger(logger))
	handler := mdmhttp.CertVerifyMiddleware(mdmhttp.CheckinAndCommandHandler(core, logger), verifier, logger)
	handler = mdmhttp.CertExtractMdmSignatureMiddleware(handler, mdmhttp.MdmSignatureVerifierFunc(cryptoutil.VerifyMdmSignature), mdmhttp.SigLogWithLogger(logger))
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return stockNano{store, web.URL}
}

// benchDeviceHerd wakes many devices, all of which answer at once.
func benchDeviceHerd(t *testing.T, e *benchEngine, r *benchReport) {
	n := r.people(10_000)
	h := newHerd(t, e, n)
	wakes := make([]chan string, n)
	answers := make([]signedMessage, n)
	commands := make([]vpp.Command, n)
	for i, id := range h.ids {
		wakes[i] = make(chan string, 1)
		h.apns.Listen(fmt.Sprintf("%032x", i), wakes[i])
		commands[i] = vpp.Command{ID: "herd-" + strconv.Itoa(i), Kind: vpp.CommandAccount, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(id)}
		answers[i] = h.answer(id, commands[i].ID)
	}
	var all sync.WaitGroup
	address := h.v.url + builtin.ProtocolPath
	for i := range h.ids {
		all.Go(func() {
			select {
			case <-wakes[i]:
			case <-t.Context().Done():
				return
			}
			for _, m := range []signedMessage{h.idles[i], answers[i]} {
				if _, err := say(t.Context(), address, m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	watch := watchMemory()
	began := time.Now()
	for some := range slices.Chunk(commands, 500) {
		for _, err := range h.v.mdm.Send(t.Context(), some) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	all.Wait()
	took := time.Since(began)
	peak := watch()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("devices: %s enrolled ones are sent a command each, woken, and all answer; the process holds at most %d MiB, the pretend devices and push service included", grouped(n), peak),
		floor: "–", ours: fmt.Sprintf("%.1f s (%.0f/s)", took.Seconds(), float64(n)/took.Seconds()), aim: "≤ 60 s and ≤ 600 MiB", met: took < time.Minute && peak <= 600,
	})
}

// watchMemory looks at this process until it is asked for the most.
func watchMemory() (most func() int) {
	stop, peak := make(chan struct{}), make(chan int)
	go func() {
		tick, highest := time.NewTicker(50*time.Millisecond), 0
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				highest = max(highest, residentMiB("self"))
			case <-stop:
				peak <- max(highest, residentMiB("self"))
				return
			}
		}
	}()
	return func() int { close(stop); return <-peak }
}

// benchDeviceQueue: answered commands must not make looking for open ones dearer.
func benchDeviceQueue(t *testing.T, e *benchEngine, r *benchReport) {
	h := newHerd(t, e, 100)
	m := h.v.db.MDM(h.v.box)
	few, many := 1000, r.people(1_000_000)
	fill := func(from, to int) {
		storetest.Exec(t, h.v.db, `INSERT INTO mdm_commands (channel_id, uuid, request_type, payload, created_at, done_at, status)
			WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CAST($2 AS BIGINT) - 1)
			SELECT c.id, 'done-' || n.i, 'DeviceInformation', '', 1, n.i + 1, 'Acknowledged' FROM n
			JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM mdm_channels) c ON c.k = n.i % 100`, from, to)
	}
	look := func() time.Duration {
		var took []time.Duration
		for i := range 2000 {
			request := nano.NewRequestWithContext(t.Context(), nil)
			request.EnrollID = &nano.EnrollID{ID: h.ids[i%len(h.ids)], Type: nano.Device}
			began := time.Now()
			if c, err := m.RetrieveNextCommand(request, i%2 == 0); err != nil || c == nil {
				t.Fatal(c, err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	h.queue(m, "open", 2)
	fill(0, few)
	before := look()
	fill(few, many)
	if h.v.db.Postgres() != nil {
		storetest.Exec(t, h.v.db, "ANALYZE mdm_commands")
	}
	after := look()
	ratio := float64(after) / float64(before)
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("devices: the next command of one of 100, with %s answered ones, the middle of 2,000", grouped(many)),
		floorOf: "The next command of a device: the same look-up with 1,000 answered commands.",
		floor:   millis(before), ours: millis(after), ratio: ratio, aim: "the same (≤ 1.25 ×)", met: ratio <= 1.25,
	})
}

func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return grouped(n/1000) + fmt.Sprintf(",%03d", n%1000)
}
