package appsandbooks_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// S0 trap 3: invite codes and links are bearer secrets; nothing prints them.
func TestSecretsAreNeverPrinted(t *testing.T) {
	const hush = "c0ffee-hush"
	secret := appsandbooks.Secret(hush)
	cfg := appsandbooks.Config{Token: secret}
	client, err := appsandbooks.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	user := appsandbooks.User{ClientUserID: "visible", InviteCode: secret}
	for name, v := range map[string]any{
		"secret": secret, "pointer": &secret, "list": []appsandbooks.Secret{secret}, "user": user, "user pointer": &user,
		"page": appsandbooks.UsersPage{Users: []appsandbooks.User{user}}, "token": appsandbooks.ContentToken{Bearer: secret},
		"client config": appsandbooks.ClientConfig{NotificationAuthToken: secret}, "change": appsandbooks.ClientConfigChange{NotificationAuthToken: &secret},
		"config": cfg, "client": client, "client value": struct{ C *appsandbooks.Client }{client},
		"notification": appsandbooks.Notification{Raw: appsandbooks.RawJSON(`{"inviteCode":"` + hush + `"}`)},
	} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb, v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		for _, form := range []string{hush, fmt.Sprintf("%x", hush), fmt.Sprintf("%X", hush)} {
			if strings.Contains(out.String(), form) {
				t.Errorf("%s prints the secret: %s", name, out.String())
			}
		}
	}
	if got := fmt.Sprint(user); !strings.Contains(got, "visible") || !strings.Contains(got, "[redacted]") {
		t.Errorf("too much is hidden, or absence: %s", got)
	}
	if secret.Reveal() != hush {
		t.Error("Reveal does not")
	}
}
