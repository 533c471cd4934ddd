package applesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

func (a *Apple) actOutage(args v1Args, _ *http.Request) (any, error) {
	kind, _ := args.text("kind")
	return done{"Outage: " + kind + "."}, a.SetOutage(Outage(kind))
}

// actQuirk sets one quirk: "set" as Quirks.Set reads it.
func (a *Apple) actQuirk(args v1Args, _ *http.Request) (any, error) {
	text, _ := args.text("set")
	q := a.Quirks()
	if err := q.Set(text); err != nil {
		return nil, err
	}
	a.SetQuirks(q)
	return done{"Quirk: " + text + "."}, nil
}

// actFaults sets how bad the day is: "level" none, some or many.
func (a *Apple) actFaults(args v1Args, _ *http.Request) (any, error) {
	level, _ := args.text("level")
	faults, err := FaultsOf(level, a.options.Seed)
	if err != nil {
		return nil, err
	}
	a.SetFaults(faults)
	return done{"Faults: " + level + "."}, nil
}

// actInject scripts the next calls of an "endpoint" with "faults"; see Inject.
func (a *Apple) actInject(args v1Args, _ *http.Request) (any, error) {
	endpoint, _ := args.text("endpoint")
	faults, err := faultList(args, Fault.ofCall)
	if err != nil {
		return nil, err
	}
	if endpoint == "" {
		return nil, errors.New("applesim: name an endpoint, such as \"GET users\"")
	}
	a.Inject(Endpoint(endpoint), faults...)
	return done{"The next calls are scripted."}, nil
}

// actAccept lets one person accept by "inviteCode" and "account", or "users" people of a location.
func (a *Apple) actAccept(args v1Args, _ *http.Request) (any, error) {
	if code, _ := args.text("inviteCode"); code != "" {
		account, _ := args.text("account")
		u, err := a.Accept(code, account)
		return done{u.ClientUserID + " accepted."}, err
	}
	uID, _ := args.text("uId")
	n, given, refused := args.number("users")
	if refused != nil || n < 0 || n > 1_000_000 {
		return nil, errors.New("applesim: users must be a number")
	}
	if !given {
		n = 1
	}
	accepted, err := a.AcceptSome(uID, int(n))
	return done{fmt.Sprintf("%d accepted.", accepted)}, err
}

func (a *Apple) actRetire(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	id, _ := args.text("clientUserIdStr")
	return done{id + " was retired behind every server's back."}, a.RetireByHand(uID, id)
}

// actBuy buys "licenses" of an asset; one that the location does not have yet is added, as a "Book" if productType says so.
func (a *Apple) actBuy(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	adamID, _ := args.text("adamId")
	pricing, _ := args.text("pricingParam")
	kind, _ := args.text("productType")
	n, given, refused := args.number("licenses")
	if refused != nil || n > 1_000_000 || n < -1_000_000 {
		return nil, errors.New("applesim: licenses must be a number")
	}
	if !given {
		n = 1
	}
	s := App(adamID, 0)
	if kind == ProductBook {
		s = Book(adamID, 0)
	}
	if pricing != "" {
		s.PricingParam = pricing
	}
	if _, has := a.Asset(uID, s.AssetKey); !has {
		if err := a.AddAsset(uID, s); err != nil {
			return nil, err
		}
	}
	return done{fmt.Sprintf("%+d licenses of %s.", n, adamID)}, a.Buy(uID, s.AssetKey, int(n))
}

// actTimeLapse starts what a TimeLapse in JSON says, or the form of the page: usersPerEvent, interval, maximumEvents.
func (a *Apple) actTimeLapse(args v1Args, _ *http.Request) (any, error) {
	plain := map[string]any{}
	for name, v := range args {
		if name != "back" {
			plain[name] = v
		}
	}
	if interval, given := args.text("interval"); given {
		plain = map[string]any{"invitations": []any{map[string]any{
			"usersPerEvent": numeral(args, "usersPerEvent"), "interval": interval, "maximumEvents": numeral(args, "maximumEvents"),
		}}}
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, errV1Args
	}
	t, err := ParseTimeLapse(text)
	if err == nil {
		_, err = a.StartTimeLapse(t)
	}
	return done{"The time-lapse runs."}, err
}

// numeral is a number of a form, zero if it is none.
func numeral(args v1Args, name string) int64 {
	n, _, _ := args.number(name) //nolint:dogsled // a form's empty field is zero
	return n
}

func (a *Apple) actStopTimeLapse(v1Args, *http.Request) (any, error) {
	a.StopTimeLapses()
	return done{"All time-lapses are stopped."}, nil
}
