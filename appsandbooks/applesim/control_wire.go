package applesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// actLimits sets limits by Apple's keys, as in {"maxUsers": 10}.
func (a *Apple) actLimits(args v1Args, _ *http.Request) (any, error) {
	limits := a.Limits()
	for name := range args {
		if name == "back" {
			continue
		}
		value, _ := args.text(name)
		if err := limits.Set(name + "=" + value); err != nil {
			return nil, fmt.Errorf("applesim: %w", err)
		}
	}
	a.SetLimits(limits)
	return done{"The limits are set."}, nil
}

// actLatency sets what is added to every answer, "min" to "max"; max alone or both may be left out.
func (a *Apple) actLatency(args v1Args, _ *http.Request) (any, error) {
	r, err := span(args)
	if err != nil {
		return nil, err
	}
	a.SetLatency(r)
	return done{fmt.Sprintf("Every answer takes %s to %s more.", r.Min, r.Max)}, nil
}

// actEventDelay sets how long accepted requests stay PENDING, "min" to "max".
func (a *Apple) actEventDelay(args v1Args, _ *http.Request) (any, error) {
	r, err := span(args)
	if err != nil {
		return nil, err
	}
	a.SetEventDelay(r)
	return done{fmt.Sprintf("Accepted requests take %s to %s.", r.Min, r.Max)}, nil
}

func span(args v1Args) (Range, error) {
	var r Range
	for name, into := range map[string]*time.Duration{"min": &r.Min, "max": &r.Max} {
		text, given := args.text(name)
		if !given || text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 || d > time.Hour {
			return Range{}, fmt.Errorf("applesim: %s must be a time such as 200ms, of an hour at most", name)
		}
		*into = d
	}
	r.Max = max(r.Min, r.Max)
	return r, nil
}

// actServiceConfig makes the service config say something else than the truth: an Announcement in JSON; an empty one ends it.
func (a *Apple) actServiceConfig(args v1Args, _ *http.Request) (any, error) {
	delete(args, "back")
	text, err := json.Marshal(args)
	var n Announcement
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if err != nil {
		return nil, errors.New("applesim: the service config can be given another origin, urls and limits")
	}
	a.SetAnnouncement(n)
	return done{"The service config says so now."}, nil
}

// actNotify sends a notification of any "type": "notification" is its body, else it is a sample.
func (a *Apple) actNotify(args v1Args, _ *http.Request) (any, error) {
	var n HandNote
	uID, _ := args.text("uId")
	n.Type, _ = args.text("type")
	n.ID, _ = args.text("notificationId")
	n.AuthToken, _ = args.text("authToken")
	n.Body, _ = args.text("notification") // a form brings it as text
	if object, ok := args["notification"].(map[string]any); ok {
		text, err := json.Marshal(object)
		if err != nil {
			return nil, errV1Args
		}
		n.Body = string(text)
	}
	return done{n.Type + " is on its way."}, a.Notify(uID, n)
}

// actInjectNotes scripts what befalls the next notifications.
func (a *Apple) actInjectNotes(args v1Args, _ *http.Request) (any, error) {
	faults, err := faultList(args, Fault.ofNote)
	if err != nil {
		return nil, err
	}
	a.InjectNotes(faults...)
	return done{"The next notifications are scripted."}, nil
}

// actInjectItems scripts what befalls the next users and assignments.
func (a *Apple) actInjectItems(args v1Args, _ *http.Request) (any, error) {
	faults, err := faultList(args, func(f Fault) bool { return f.item() != 0 })
	if err != nil {
		return nil, err
	}
	a.InjectItems(faults...)
	return done{"The next users and assignments are scripted."}, nil
}

// faultList reads "faults": one or many, each empty for a good one.
func faultList(args v1Args, fits func(Fault) bool) ([]Fault, error) {
	list, ok := args["faults"].([]any)
	if !ok {
		list = []any{args["faults"]}
	}
	var faults []Fault
	for _, v := range list {
		text, _ := v1Args{"": v}.text("")
		if f := Fault(text); f != "" && !fits(f) {
			return nil, fmt.Errorf("applesim: there is no fault %q of this kind", f)
		}
		faults = append(faults, Fault(text))
	}
	return faults, nil
}

func (a *Apple) actBlockAccount(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	account, _ := args.text("account")
	if free := args.flag("unblock"); free {
		return done{account + " can be linked again."}, a.BlockAccount(uID, account, false)
	}
	return done{account + " cannot be linked now."}, a.BlockAccount(uID, account, true)
}

// actAssign and actUnassign do what an administrator does in Apple's portal, for "clientUserIdStr" or "serialNumber".
func (a *Apple) actAssign(args v1Args, _ *http.Request) (any, error) {
	uID, key, user, serial := handed(args)
	return done{key.AdamID + " was assigned behind every server's back."}, a.AssignByHand(uID, key, user, serial)
}

func (a *Apple) actUnassign(args v1Args, _ *http.Request) (any, error) {
	uID, key, user, serial := handed(args)
	return done{key.AdamID + " was taken back behind every server's back."}, a.UnassignByHand(uID, key, user, serial)
}

func handed(args v1Args) (uID string, key AssetKey, user, serial string) {
	uID, _ = args.text("uId")
	key.AdamID, _ = args.text("adamId")
	if key.PricingParam, _ = args.text("pricingParam"); key.PricingParam == "" {
		key.PricingParam = PricingStandard
	}
	user, _ = args.text("clientUserIdStr")
	serial, _ = args.text("serialNumber")
	return uID, key, user, serial
}

// actAddAsset adds an asset of any kind, or changes one, silently: an Asset in JSON beside "uId". It is an app for users and
// devices, revocable, for iOS, where nothing else is said.
func (a *Apple) actAddAsset(args v1Args, _ *http.Request) (any, error) {
	uID, _ := args.text("uId")
	s := App("", 0)
	text, err := json.Marshal(args)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nil, ErrBadAsset
	}
	return done{"The location has " + s.AdamID + "."}, a.AddAsset(uID, s)
}
