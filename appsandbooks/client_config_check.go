package appsandbooks

import (
	"net/url"
	"unicode/utf8"
)

// check refuses what Apple would refuse, in Apple's numbers, unsent. Whether
// Apple counts characters or bytes it does not say: what is too long in
// characters is too long either way.
func (w ClientConfigChange) check(s *ServiceConfig, base *url.URL) error {
	if w.MDMInfo != nil {
		if err := w.MDMInfo.check(s); err != nil {
			return err
		}
	}
	return w.checkNotifications(s, base)
}

func (m MDMInfo) check(s *ServiceConfig) error {
	if m == (MDMInfo{}) {
		return nil // gives the unit up
	}
	if m.ID == "" || m.Name == "" {
		return refuse(MDMInfoIncomplete, "mdmInfo needs id, name and metadata")
	}
	for _, part := range []struct {
		number    ErrorNumber
		key, text string
	}{
		{MDMIDTooLong, MaxMDMIDLength, m.ID},
		{MDMNameTooLong, MaxMDMNameLength, m.Name},
		{MDMMetadataTooLong, MaxMDMMetadataLength, m.Metadata},
	} {
		if limit := s.Limit(part.key); tooLong(part.text, limit) {
			return refuse(part.number, "it is longer than %d characters (%s)", limit, part.key)
		}
	}
	return nil
}

func (w ClientConfigChange) checkNotifications(s *ServiceConfig, base *url.URL) error {
	if w.NotificationURL == nil && w.NotificationAuthToken == nil {
		return nil
	}
	if w.NotificationURL == nil || w.NotificationAuthToken == nil || (*w.NotificationURL == "") != (*w.NotificationAuthToken == "") {
		return refuse(NotificationIncomplete, "the notification URL and its token go together")
	}
	address, token := *w.NotificationURL, w.NotificationAuthToken.Reveal()
	if address == "" {
		if len(w.NotificationTypes) > 0 {
			return refuse(NotificationIncomplete, "there are types of notification, but nowhere to send them")
		}
		return nil
	}
	if limit := s.Limit(MaxNotificationLen); tooLong(address, limit) || tooLong(token, limit) {
		return refuse(NotificationTooLong, "the notification URL or its token is longer than %d characters", limit)
	}
	if !fitsHeader(token) {
		return refuse(InvalidArgument, "the notification token does not fit a header")
	}
	return checkNotificationURL(address, base)
}

// checkNotificationURL demands https, host and path alone. A pretend Apple on
// loopback may call back over http.
func checkNotificationURL(text string, base *url.URL) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return refuse(NotificationURLInvalid, "the notification URL must be https, host and path alone")
	case u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(base.Hostname())):
		return refuse(NotificationURLInvalid, "the notification URL must be https")
	}
	return nil
}

func tooLong(text string, limit int) bool { return limit > 0 && utf8.RuneCountInString(text) > limit }
