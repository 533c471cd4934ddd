package api_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-57, F-60, F-63, F-69, F-70 through the API: what it does is said first, who
// is not registered is refused with the reason or held, the line tells each
// one's place, and a repeat starts nothing.
func TestLicensesAPI(t *testing.T) {
	h := open(t)
	c, ctx := h.client(), t.Context()
	ids := h.people(c, 3)
	all, err := c.Locations(ctx)
	must(t, err)
	storetest.Exec(t, h.db, `INSERT INTO assets (location_id, adam_id, pricing_param, product_type, total, assigned, available, retired, unlimited, device_assignable,
		revocable, platforms, read_at) VALUES ($1, '361309726', 'STDQ', 'App', 1, 0, 1, 0, FALSE, TRUE, TRUE, 'iOS', 7), ($1, '1435797751', 'STDQ', 'Book', 1, 1, 0, 0, FALSE, FALSE, FALSE, 'iOS', 7)`, all[0].ID)
	for i, id := range ids[:2] {
		storetest.Exec(t, h.db, "UPDATE program_users SET apple_status = 'Associated', associated_at = $2, client_user_id = $1 WHERE user_id = $1", id, 100-i)
	}
	storetest.Exec(t, h.db, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at) VALUES ($1, '1435797751', 'STDQ', $2, '', 7)`, all[0].ID, ids[0])
	storetest.Exec(t, h.db, "UPDATE locations SET token_added_at = 1, token_expires_at = 0, consent_at = 1, token_problem = 0 WHERE id = $1", all[0].ID)

	r := client.LicenseRequest{Selection: client.Selection{All: true}, AdamID: "361309726", IdempotencyKey: "once"}
	p, err := c.PreviewLicenses(ctx, r)
	must(t, err)
	if p.Assign["ready"] != 2 || p.Now != 1 || p.Waiting != 1 || p.Assign["refused"] != 1 || p.Free != 1 || len(p.Refused) != 1 || p.TakeBack["nothing"] != 3 {
		t.Errorf("%+v", p)
	}
	r.Hold = true
	if p, err = c.PreviewLicenses(ctx, r); err != nil || p.Assign["held"] != 1 {
		t.Errorf("held: %+v %v", p, err)
	}
	task, err := c.AssignLicenses(ctx, r)
	must(t, err)
	again, err := c.AssignLicenses(ctx, r)
	must(t, err)
	if again.ID != task.ID {
		t.Error("a repeat began another task")
	}
	r.AdamID = "1435797751"
	if _, err := c.AssignLicenses(ctx, r); err == nil {
		t.Error("another app under the same key was taken for a repeat")
	}
	service := license.New(h.db, time.Now, storetest.NewID)
	expand := func(id string) {
		t.Helper()
		task, err := h.db.Task(ctx, vpp.TaskID(id))
		must(t, err)
		must(t, service.Expand(ctx, task))
	}
	expand(task.ID)
	line, err := c.ListLine(ctx, "361309726", "", client.Page{})
	must(t, err)
	if len(line.Items) != 3 || line.Items[0].UserID != ids[1] || line.Items[0].Position != 1 || line.Items[1].Position != 2 || line.Items[2].State != "held" || line.Items[2].Why == "" {
		t.Errorf("the line: %+v", line.Items)
	}
	mine, err := c.Wishes(ctx, ids[0])
	must(t, err)
	if len(mine) != 1 || mine[0].State != "in_line" || mine[0].Position != 2 || mine[0].WantedBy == "" {
		t.Errorf("wishes: %+v", mine)
	}
	items, err := c.ListTaskItems(ctx, task.ID, "", client.Page{})
	must(t, err)
	if len(items.Items) != 3 {
		t.Errorf("items: %+v", items.Items)
	}
	// Books stay.
	book := client.LicenseRequest{Selection: client.Selection{Users: ids[:1]}, AdamID: "1435797751"}
	if p, err = c.PreviewLicenses(ctx, book); err != nil || p.Revocable || p.TakeBack["kept"] != 1 {
		t.Errorf("a book: %+v %v", p, err)
	}
	back, err := c.TakeBackLicenses(ctx, book)
	must(t, err)
	expand(back.ID)
	if items, err = c.ListTaskItems(ctx, back.ID, "failed", client.Page{}); err != nil || len(items.Items) != 1 {
		t.Errorf("a book taken back: %+v %v", items, err)
	}
	stocks, err := c.SetLicenseOrder(ctx, "361309726", "STDQ", []string{all[0].ID})
	must(t, err)
	if len(stocks.Stocks) != 1 || stocks.Stocks[0].Position != 1 || stocks.Wishes["in_line"] != 2 || stocks.Wishes["held"] != 1 {
		t.Errorf("stocks: %+v", stocks)
	}
	if stocks, err = c.LicenseStocks(ctx, "361309726", ""); err != nil || stocks.Stocks[0].Free != 1 {
		t.Errorf("stocks: %+v %v", stocks, err)
	}
	for what, err := range map[string]error{
		"an app that nobody has": second(c.LicenseStocks(ctx, "7", "")),
		"a location twice":       second(c.SetLicenseOrder(ctx, "361309726", "", []string{all[0].ID, all[0].ID})),
	} {
		p, ok := errors.AsType[*client.Problem](err)
		if !ok || p.Status != http.StatusNotFound && p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusBadRequest {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A cancelled task ends what nobody was asked for yet.
	if _, err := c.CancelTask(ctx, task.ID); err != nil {
		t.Error(err)
	}
	if line, err = c.ListLine(ctx, "361309726", "", client.Page{}); err != nil || len(line.Items) != 1 {
		t.Errorf("after cancelling: %+v %v", line.Items, err)
	}
}

func second[T any](_ T, err error) error { return err }
