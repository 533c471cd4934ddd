package applesim

import "net/http"

// subscriptionRoutes answer as they would to an organization that has no subscriptions: lists are empty, switching the
// management on and off says so, and whoever names a subscription, a cursor or an administrator names one that is not there.
// Apple's lists have members that could not be read anywhere; a list without any stands for an empty one.
// https://developer.apple.com/documentation/devicemanagement/managing-subscriptions
func (a *Apple) subscriptionRoutes() map[string]map[string]route {
	get, post := http.MethodGet, http.MethodPost
	serve := func(name string, handle func(*call) reply) route { return route{Endpoint(name), false, handle} }
	out := map[string]map[string]route{
		"subscriptions/enable":        {post: serve("POST subscriptions/enable", a.switchSubscriptions(true))},
		"subscriptions/disable":       {post: serve("POST subscriptions/disable", a.switchSubscriptions(false))},
		"subscriptions/associate":     {post: serve("POST subscriptions/associate", refuseSubscription(9813))},
		"subscriptions/disassociate":  {post: serve("POST subscriptions/disassociate", refuseSubscription(9815))},
		"subscriptions/admins/add":    {post: serve("POST subscriptions/admins/add", refuseSubscription(9811))},
		"subscriptions/admins/remove": {post: serve("POST subscriptions/admins/remove", refuseSubscription(9811))},
	}
	for _, path := range []string{"subscriptions", "subscriptions/assignments", "subscriptions/admins"} {
		out[path] = map[string]route{get: serve("GET "+path, a.noSubscriptions)}
	}
	return out
}

func (a *Apple) noSubscriptions(c *call) reply {
	if c.URL.Query().Get("cursor") != "" {
		return fail(9812).reply() // none was ever given out
	}
	now := a.lock()
	defer a.unlock()
	return a.enveloped(c, now, struct{}{})
}

func (a *Apple) switchSubscriptions(on bool) func(*call) reply {
	return func(c *call) reply {
		now := a.lock()
		defer a.unlock()
		return a.enveloped(c, now, map[string]bool{"subscriptionManagement": on})
	}
}

func refuseSubscription(number int) func(*call) reply {
	return func(*call) reply { return fail(number).reply() }
}
